/** A signal that fires on Ctrl-C and on SIGTERM. Nothing else of the process is touched. */
export const cancelOnSignal = (): AbortSignal => {
  const controller = new AbortController()
  const cancel = (): void => controller.abort(new DOMException('cancelled', 'AbortError'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, cancel)
  return controller.signal
}
