/** Whether somebody accepts a connection there. Never rejects; resolves in `withinMs`, or as soon as the system knows. */
export const tcpConnects = (host: string, port: number, withinMs: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), withinMs)
  Bun.connect({ hostname: host, port, socket: { data: () => undefined } }).then(
    (socket) => {
      resolve(true)
      // Also one that comes when nobody waits for it any more. It cannot be taken back before: Bun has no way for that.
      socket.terminate()
    },
    () => resolve(false),
  )
  return promise.finally(() => clearTimeout(timer))
}
