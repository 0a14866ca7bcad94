import type { ForwardRequest } from './forward-request.ts'
import { headersToClient } from './forwarded-headers.ts'
import type { RequestBodies } from './request-body.ts'

/** Answers routes of the router itself by its own app, under the same limits as those of the services. */
export const createAnswerOwnRoute =
  (bodies: RequestBodies, handle: (request: Request) => Promise<Response>): ForwardRequest =>
  async ({ visit, route, request }) => {
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    const asked = hasBody
      ? new Request(request.url, {
          method: request.method,
          headers: request.headers,
          body: await bodies.readWhole(visit, request, route.entry.bodyLimitBytes),
        })
      : request
    const reply = await handle(asked)
    visit.status = reply.status
    visit.end('answered')
    return new Response(reply.body, { status: reply.status, headers: headersToClient(reply.headers, visit) })
  }
