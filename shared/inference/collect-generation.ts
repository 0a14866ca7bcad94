import { Fault } from '@shared/fault/fault.ts'
import type { Generation } from './generation.ts'
import type { GenerationEvent } from './generation-event.ts'

/** The whole answer of a stream: the one place where a reply that is not streamed is put together. */
export const collectGeneration = async (events: AsyncIterable<GenerationEvent>): Promise<Generation> => {
  const texts: string[] = []
  for await (const event of events) {
    if (event.type === 'text-delta') texts.push(event.text)
    if (event.type === 'generation-finish') {
      const { reason, stopText, timings, usage } = event
      return { text: texts.join(''), reason, ...(stopText === undefined ? {} : { stopText }), usage, timings }
    }
  }
  throw new Fault('engine_failed', 'The engine ended its answer without saying why.')
}
