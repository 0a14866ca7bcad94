/** Whether that port could be listened on now. */
export const stateOfPort = (hostname: string, port: number): 'free' | 'taken' => {
  try {
    Bun.listen({ hostname, port, socket: { data: () => undefined } }).stop(true)
    return 'free'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? 'taken' : 'free'
  }
}
