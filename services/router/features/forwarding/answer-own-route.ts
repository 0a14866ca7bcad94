import type { ForwardRequest, RoutedRequest } from './forward-request.ts'
import { headersToClient } from './forwarded-headers.ts'
import type { RequestBodies } from './request-body.ts'

/** Answers routes of the router itself by its own app, under the same limits as those of the services. */
export const createAnswerOwnRoute =
  (bodies: RequestBodies, handle: (request: Request) => Promise<Response>): ForwardRequest =>
  async (routed) => {
    const { request, route, visit } = routed
    const url = askedUrl(routed)
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    const body = hasBody ? await bodies.readWhole(visit, request, route.entry.bodyLimitBytes) : null
    const isAsItCame = !hasBody && url === request.url
    const { headers, method } = request
    const reply = await handle(isAsItCame ? request : new Request(url, { method, headers, body }))
    visit.status = reply.status
    visit.end('answered')
    return new Response(reply.body, { status: reply.status, headers: headersToClient(reply.headers, visit) })
  }

/** As it came, but for what was meant for the front door alone, such as `?node=` with the name of this node. */
const askedUrl = ({ request: { url }, target: { pathAndQuery } }: RoutedRequest): string =>
  url.endsWith(pathAndQuery) ? url : new URL(url).origin + pathAndQuery
