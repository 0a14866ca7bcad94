/** A port on loopback that nobody listened on a moment ago. */
export const freePort = (): number => {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  const { port } = server
  void server.stop(true)
  return port ?? 0
}
