import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import type { ResponseEvent } from '@shared/dialects/openai/responses/responses-writer.ts'
import { toFault } from '@shared/fault/to-fault.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { ResponseRun } from './response-run.ts'

/**
 * Writes a response as its answer comes. Whoever reads the events drives it: leaving early cancels the response, a failure
 * ends it. It never throws; `run.fault` says why it failed.
 * @param signal what stops the answer: the run's own, and the client's where the response lives no longer than that
 */
export async function* playResponse(
  run: ResponseRun,
  answer: AsyncIterable<GenerationEvent>,
  signal: AbortSignal,
  log: Log,
): AsyncGenerator<WrittenEvent> {
  // Its engine may be at work already: it is given back also when nobody reads as far as its events.
  const iterator = answer[Symbol.asyncIterator]()
  try {
    yield* run.publish(run.writer.begin())
    for (let step = await iterator.next(); !step.done; step = await iterator.next())
      yield* run.publish(run.writer.take(step.value))
    // It was cancelled while the last of its answer was on the way.
    if (run.signal.aborted) yield* run.cancel()
  } catch (thrown) {
    yield* signal.aborted ? run.cancel() : run.publish(failed(run, thrown, log))
  } finally {
    run.cancel()
    await iterator.return?.()
  }
}

/** Reads to the end what nobody else reads. */
export const readToEnd = async (events: AsyncIterable<WrittenEvent>): Promise<void> => {
  const iterator = events[Symbol.asyncIterator]()
  let isRead = false
  while (!isRead) isRead = (await iterator.next()).done === true
}

const failed = (run: ResponseRun, thrown: unknown, log: Log): readonly ResponseEvent[] => {
  const fault = toFault(thrown)
  log.error({ err: fault, response: run.resource.id }, 'response failed')
  run.fault = fault
  return run.writer.fail(fault)
}
