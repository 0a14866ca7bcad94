import { NO_ANSWER } from './host-programs.ts'

/**
 * Runs on a host of a test and makes requests there for the test, which has another network: whatever comes by the Unix
 * socket goes to the address in `x-lan-url`. Without one: 204, it runs.
 */
const [unix = ''] = process.argv.slice(2)

Bun.serve({
  unix,
  async fetch(request: Request, server): Promise<Response> {
    server.timeout(request, 0)
    const url = request.headers.get('x-lan-url')
    if (url === null) return new Response(null, { status: 204 })
    const headers = new Headers(request.headers)
    for (const name of ['x-lan-url', 'host', 'connection', 'content-length', 'transfer-encoding'])
      headers.delete(name)
    try {
      const { method, signal } = request
      const body = ['GET', 'HEAD'].includes(method) ? null : await request.blob()
      return await fetch(url, { method, headers, signal, body, redirect: 'manual', decompress: false })
    } catch (error) {
      return new Response(`No answer from ${url}: ${String(error)}`, { status: NO_ANSWER })
    }
  },
})
