import { Fault } from '@shared/fault/fault.ts'
import type { ToolCall } from './generate-request.ts'
import type { Generation } from './generation.ts'
import type { GenerationEvent, GenerationFinish, TokenLogprob, ToolResult } from './generation-event.ts'

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
  const toolResults: ToolResult[] = []
  const calls = createCallCollector()
  let logprobs: TokenLogprob[] | undefined
  const takeText = ({ logprobs: told, text }: EventOf<'text-delta'>): void => {
    texts.push(text)
    if (told !== undefined) (logprobs ??= []).push(...told)
  }
  const whole = ({ rawReason, reason, stopText, timings, usage }: GenerationFinish): Generation => ({
    text: texts.join(''),
    reasoning: reasoning.join(''),
    toolCalls: calls.whole(),
    toolResults,
    reason,
    rawReason,
    usage,
    timings,
    ...(stopText === undefined ? {} : { stopText }),
    ...(logprobs === undefined ? {} : { logprobs }),
  })
  return {
    take(event) {
      switch (event.type) {
        case 'reasoning-delta':
          reasoning.push(event.text)
          break
        case 'text-delta':
          takeText(event)
          break
        case 'tool-result':
          toolResults.push(event.result)
          break
        case 'generation-finish':
          return whole(event)
        default:
          calls.take(event)
      }
      return undefined
    },
  }
}

type EventOf<Type extends GenerationEvent['type']> = Extract<GenerationEvent, { readonly type: Type }>

const createCallCollector = () => {
  const calls: { readonly id: string; readonly name: string; readonly texts: string[] }[] = []
  return {
    take(event: GenerationEvent): void {
      if (event.type === 'tool-call-start') calls[event.index] = { id: event.id, name: event.name, texts: [] }
      if (event.type === 'tool-call-delta') calls[event.index]?.texts.push(event.text)
    },
    whole: (): readonly ToolCall[] =>
      calls.map(({ id, name, texts }) => ({ id, name, arguments: texts.join('') })),
  }
}
