import type { LlamaServerClient } from './llama-server-client.ts'

/** Looks whether the server still gets round to its work while a grammar is in use. */
export interface LoopWatch {
  /** A grammar comes into use. @returns it is no longer in use */
  enter(): () => void
}

/** The clock of a watch. */
export interface LoopWatchTimes {
  /** Does the work when it is time to look. */
  schedule(work: () => Promise<void>): void
  /** Fires when a server should have answered. */
  giveUp(): AbortSignal
}

const EVERY_MS = 5000
/** Batches take a second, on a slow machine with a foreign binary up to half a minute. */
const ANSWER_WITHIN_MS = 60_000

const USUAL_TIMES: LoopWatchTimes = {
  // A look that is planned is no reason to live on.
  schedule: (work) => void setTimeout(() => void work(), EVERY_MS).unref(),
  giveUp: () => AbortSignal.timeout(ANSWER_WITHIN_MS),
}

/**
 * Some small grammars (`("a"?){1000}`) take llama.cpp hours, in the one loop that works for all requests, and an abort is
 * not seen there. So a server that does not answer any more is ended: the model is loaded again for those who wait.
 * @param end ends the server
 */
export const createLoopWatch = (
  client: LlamaServerClient,
  end: () => Promise<void>,
  times = USUAL_TIMES,
): LoopWatch => {
  let inUse = 0
  let isLookPlanned = false
  const look = async (): Promise<void> => {
    // Asked before: who comes meanwhile is looked after again.
    const isLast = inUse === 0
    const isAlive = await answers(client, times.giveUp())
    isLookPlanned = false
    if (!isAlive) await end()
    else if (!isLast || inUse > 0) lookLater()
  }
  const lookLater = (): void => {
    if (isLookPlanned) return
    isLookPlanned = true
    times.schedule(look)
  }
  return {
    enter() {
      inUse += 1
      lookLater()
      return () => {
        inUse -= 1
      }
    },
  }
}

/** Any question that goes through the loop; a server that is gone is not one that hangs. */
const answers = async (client: LlamaServerClient, signal: AbortSignal): Promise<boolean> => {
  await client.call('/lora-adapters', undefined, signal).catch(() => undefined)
  return !signal.aborted
}
