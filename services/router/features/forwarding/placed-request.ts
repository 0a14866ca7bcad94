import type { ModelCapability } from '@shared/inference/model-card.ts'
import type { RouteMatch } from '../routing/route-table.ts'
import type { RequestBodies } from './request-body.ts'
import type { OutboundRequest } from './service-transport.ts'

/** Capabilities whose routes name a model in a JSON body. */
const NAMES_A_MODEL: Readonly<Record<ModelCapability, true>> = { chat: true, embed: true, rerank: true }

/** The capability where it is one of models; undefined: no model is needed. */
export const modelCapability = (capability: string): ModelCapability | undefined =>
  Object.hasOwn(NAMES_A_MODEL, capability)
    ? // Its names are exactly those of the type.
      (capability as ModelCapability)
    : undefined

/** A request that may go to its service now. */
export interface PlacedRequest {
  readonly body: OutboundRequest['body']
  /** Fires when a body that streams turns out to be too long, or too slow. */
  readonly refused: AbortSignal | undefined
}

/** Whether the model is named in a body that is JSON, so that it must be read whole. */
export const namesModel = ({ entry }: RouteMatch, { method, headers }: Request): boolean =>
  entry.capability in NAMES_A_MODEL &&
  entry.bodyLimitBytes > 0 &&
  method !== 'GET' &&
  method !== 'HEAD' &&
  headers.get('content-type')?.startsWith('multipart/') !== true

/** A body that nobody here looks into goes on as it comes. @throws Fault `too_large` */
export const passBodyOn = (bodies: RequestBodies, request: Request, limitBytes: number): PlacedRequest => {
  // fetch refuses a body on these, and it has no meaning (RFC 9110, 9.3.1).
  if (request.method === 'GET' || request.method === 'HEAD') return { body: null, refused: undefined }
  const body = bodies.stream(request, limitBytes)
  return { body: body?.stream ?? null, refused: body?.refused }
}
