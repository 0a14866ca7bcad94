import { Fault } from '@shared/fault/fault.ts'
import type { ToolCall } from './generate-request.ts'
import type { Generation } from './generation.ts'
import type { GenerationEvent, TokenLogprob, ToolResult } from './generation-event.ts'

/** The whole answer of a stream: the one place where a reply that is not streamed is put together. */
export const collectGeneration = async (events: AsyncIterable<GenerationEvent>): Promise<Generation> => {
  const collector = createGenerationCollector()
  for await (const event of events) {
    const generation = collector.take(event)
    if (generation !== undefined) return generation
  }
  throw new Fault('engine_failed', 'The engine ended its answer without saying why.')
}

/** Puts an answer together from its events, for those who also pass them on. */
export interface GenerationCollector {
  /** @returns the whole answer, with its last event */
  take(event: GenerationEvent): Generation | undefined
}

export const createGenerationCollector = (): GenerationCollector => {
  const texts: string[] = []
  const reasoning: string[] = []
  const calls: { id: string; name: string; texts: string[] }[] = []
  const toolResults: ToolResult[] = []
  const logprobs: TokenLogprob[] = []
  let hasLogprobs = false
  const toolCalls = (): readonly ToolCall[] =>
    calls.map((call) => ({ id: call.id, name: call.name, arguments: call.texts.join('') }))
  return {
    take(event) {
      switch (event.type) {
        case 'generation-start':
        case 'tool-call-end':
          break
        case 'reasoning-delta':
          reasoning.push(event.text)
          break
        case 'text-delta':
          texts.push(event.text)
          hasLogprobs ||= event.logprobs !== undefined
          logprobs.push(...(event.logprobs ?? []))
          break
        case 'tool-call-start':
          calls[event.index] = { id: event.id, name: event.name, texts: [] }
          break
        case 'tool-call-delta':
          calls[event.index]?.texts.push(event.text)
          break
        case 'tool-result':
          toolResults.push(event.result)
          break
        case 'generation-finish': {
          const { type: _, ...finish } = event
          const answer = {
            text: texts.join(''),
            reasoning: reasoning.join(''),
            toolCalls: toolCalls(),
            toolResults,
          }
          return { ...finish, ...answer, ...(hasLogprobs ? { logprobs } : {}) }
        }
      }
      return undefined
    },
  }
}
