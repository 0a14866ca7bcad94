/** Gives out a fixed number of places, first come, first served. */
export interface SlotQueue {
  /** Waits for a place. @returns gives the place back; further calls do nothing. @throws the signal's reason */
  acquire(signal: AbortSignal): Promise<() => void>
}

export const createSlotQueue = (slots: number): SlotQueue => {
  let free = slots
  const waiting = new Set<() => void>()
  const admitNext = (): void => {
    const [next] = waiting
    if (next === undefined || free === 0) return
    waiting.delete(next)
    free -= 1
    next()
  }
  const createRelease = (): (() => void) => {
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      free += 1
      admitNext()
    }
  }
  return {
    async acquire(signal) {
      signal.throwIfAborted()
      await new Promise<void>((admit, refuse) => {
        const enter = (): void => {
          signal.removeEventListener('abort', leave)
          admit()
        }
        const leave = (): void => {
          waiting.delete(enter)
          refuse(signal.reason)
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.add(enter)
        admitNext()
      })
      return createRelease()
    },
  }
}
