import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'

type EventOf<Type extends GenerationEvent['type']> = Extract<GenerationEvent, { readonly type: Type }>

/** A whole answer with the events that it came in. */
export interface Answer {
  readonly events: readonly GenerationEvent[]
  readonly start: EventOf<'generation-start'>
  readonly deltas: readonly EventOf<'text-delta'>[]
  readonly finish: EventOf<'generation-finish'>
  readonly text: string
}

export const chat = (...texts: readonly string[]): Prompt => ({
  type: 'chat',
  messages: texts.map((text, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    parts: [{ type: 'text', text }],
  })),
})

export const text = (text: string): Prompt => ({ type: 'text', text })

/** A test that waits longer has found a hang. */
export const soon = (): AbortSignal => AbortSignal.timeout(30_000)

/** Greedy and short, unless the change says otherwise. */
export const request = (
  engine: TextEngine,
  prompt: Prompt,
  change: Partial<GenerateRequest> = {},
): GenerateRequest => ({
  model: engine.model,
  prompt,
  sampling: { temperature: 0 },
  stop: [],
  maxTokens: 32,
  ...change,
})

export const answerOf = async (
  engine: TextEngine,
  prompt: Prompt,
  change: Partial<GenerateRequest> = {},
  signal = soon(),
): Promise<Answer> => {
  const events = await Array.fromAsync(engine.generate(request(engine, prompt, change), signal))
  const [start] = events
  const finish = events.at(-1)
  if (start?.type !== 'generation-start') throw new Error(`The first event is ${start?.type}.`)
  if (finish?.type !== 'generation-finish') throw new Error(`The last event is ${finish?.type}.`)
  const deltas = events.filter((event) => event.type === 'text-delta')
  return { events, start, deltas, finish, text: deltas.map((delta) => delta.text).join('') }
}

/** The Fault that something rejects with; anything else is an error of the test. */
export const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const outcome: unknown = await work.then(
    (value) => new Error(`It did not fail but gave ${JSON.stringify(value)?.slice(0, 200)}.`),
    (error: unknown) => error,
  )
  if (outcome instanceof Fault) return outcome
  throw outcome
}

/** What something rejects with. */
export const rejectionOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('It did not reject.'),
    (error: unknown) => error,
  )
