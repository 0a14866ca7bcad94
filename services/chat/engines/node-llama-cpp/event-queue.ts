/** Events between one who pushes and one who waits. */
export interface EventQueue<Event> {
  push(event: Event): void
  /** Nothing comes after what is in the queue now; then `next` rejects with this. */
  fail(error: unknown): void
  /** Gives up what is in the queue as well. */
  cancel(error: unknown): void
  /** One reader at a time. */
  next(): Promise<Event>
}

export const createEventQueue = <Event>(): EventQueue<Event> => {
  let events: Event[] = []
  let failure: { readonly error: unknown } | undefined
  let reader:
    | { readonly resolve: (event: Event) => void; readonly reject: (error: unknown) => void }
    | undefined
  const queue: EventQueue<Event> = {
    push(event) {
      if (reader === undefined) events.push(event)
      else reader.resolve(event)
      reader = undefined
    },
    fail(error) {
      failure ??= { error }
      reader?.reject(failure.error)
      reader = undefined
    },
    cancel(error) {
      events = []
      failure = undefined
      queue.fail(error)
    },
    next() {
      const event = events.shift()
      if (event !== undefined) return Promise.resolve(event)
      return new Promise((resolve, reject) => {
        if (failure === undefined) reader = { resolve, reject }
        else reject(failure.error)
      })
    },
  }
  return queue
}
