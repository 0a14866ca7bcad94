import type { WireJson } from './wire-json.ts'

/** Anything with Elysia's `handle`. */
export interface HandlesRequests {
  handle(request: Request): Promise<Response>
}

/** Elysia routes only URLs with a full host. */
export const callApp = (
  app: HandlesRequests,
  path: string,
  init: RequestInit & { readonly json?: unknown } = {},
): Promise<Response> => {
  const { json, ...rest } = init
  return app.handle(
    new Request(`http://localhost${path}`, {
      ...rest,
      ...(json === undefined
        ? {}
        : {
            method: rest.method ?? 'POST',
            body: JSON.stringify(json),
            headers: { 'content-type': 'application/json', ...rest.headers },
          }),
    }),
  )
}

/** The `data:` payloads of an SSE body, in order; `[DONE]` as it is. */
export const ssePayloads = (body: string): WireJson[] =>
  body
    .split('\n\n')
    .flatMap((frame) => frame.split('\n').filter((line) => line.startsWith('data: ')))
    .map((line) => line.slice('data: '.length))
    .map((text) => (text === '[DONE]' ? text : JSON.parse(text)))
