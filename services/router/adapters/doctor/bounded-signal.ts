/** A signal that is aborted with the first of others, or after a time. */
export interface BoundedSignal {
  readonly signal: AbortSignal
  /** Lets go of the others and of the timer: theirs may live as long as the program. */
  release(): void
}

export const boundedSignal = (others: readonly AbortSignal[], withinMs: number): BoundedSignal => {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const timer = setTimeout(abort, withinMs)
  for (const other of others) {
    if (other.aborted) abort()
    else other.addEventListener('abort', abort)
  }
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer)
      for (const other of others) other.removeEventListener('abort', abort)
    },
  }
}
