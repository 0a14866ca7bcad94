import { NODE_HEADER, ROUTE_HEADER } from '@shared/contracts/internal-header.ts'
import { headerText } from '../../policy/header-text.ts'
import type { Visit } from '../forwarding/visit.ts'

/** Tells a client which node has answered, and why that one. @param self name of this node, where no other was asked */
export const tellNode = (
  headers: Headers,
  { node, routeNote }: Pick<Visit, 'node' | 'routeNote'>,
  self?: string,
): void => {
  const name = node ?? self
  if (name !== undefined) headers.set(NODE_HEADER, headerText(name))
  if (routeNote !== undefined) headers.set(ROUTE_HEADER, headerText(routeNote))
}
