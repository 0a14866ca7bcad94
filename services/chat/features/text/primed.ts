/**
 * Waits for the first event, so that a refusal is known before the status line is sent; the stream then begins with it.
 * Dialects write frames before the engine's first event, so waiting for the first frame would not do.
 */
export const primed = async <Event>(events: AsyncIterable<Event>): Promise<AsyncIterable<Event>> => {
  const iterator = events[Symbol.asyncIterator]()
  let first: IteratorResult<Event> | undefined = await iterator.next()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const step = first ?? (await iterator.next())
        first = undefined
        return step
      },
      async return() {
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }),
  }
}
