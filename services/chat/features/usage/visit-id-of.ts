import { INTERNAL_HEADER } from '@shared/contracts/internal-header.ts'

/** The visit for which a request asks; undefined when it did not come through the router. */
export const visitIdOf = ({ headers }: Request): string | undefined => {
  const given = headers.get(INTERNAL_HEADER.visit)
  return given !== null && /^[\w.-]{1,128}$/.test(given) ? given : undefined
}
