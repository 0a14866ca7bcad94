/** The least that a proxy on Bun can do: bytes to a Unix socket, or to a port, and back. `bare-proxy.ts SOCKET|PORT` prints its port. */
const [target = ''] = process.argv.slice(2)
const isPort = /^\d+$/.test(target)
const base = isPort ? `http://127.0.0.1:${target}` : 'http://localhost'
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: 4e9,
  async fetch(request) {
    const { pathname, search } = new URL(request.url)
    const reply = await fetch(`${base}${pathname}${search}`, {
      ...(isPort ? {} : { unix: target }),
      method: request.method,
      headers: request.headers,
      body: request.body,
      signal: request.signal,
      redirect: 'manual',
      decompress: false,
    })
    return new Response(reply.body, { status: reply.status, headers: reply.headers })
  },
})
console.log(`ready ${server.port}`)
