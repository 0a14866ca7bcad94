import type {
  CompletionEngine,
  CompletionEngineDriver,
  CompletionEvent,
  CompletionRequest,
} from '@service/chat/engines/completion-engine.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import { soon } from '../text-engine/ask-engine.ts'
import type { EngineBench } from '../text-engine/engine-bench.ts'

export type CompletionBench = EngineBench<CompletionEngine, CompletionEngineDriver>

type EventOf<Type extends CompletionEvent['type']> = Extract<CompletionEvent, { readonly type: Type }>

/** A whole completion with the events that it came in. */
export interface Completion {
  readonly start: EventOf<'generation-start'>
  readonly deltas: readonly EventOf<'text-delta'>[]
  readonly finish: EventOf<'generation-finish'>
  readonly text: string
}

/** Greedy and short, unless the change says otherwise. */
export const complete = async (
  engine: CompletionEngine,
  prompt: Prompt,
  change: Partial<CompletionRequest> = {},
  signal = soon(),
): Promise<Completion> => {
  const request: CompletionRequest = {
    prompt,
    sampling: { temperature: 0 },
    stop: [],
    maxTokens: 64,
    visibleMarkers: [],
    ...change,
  }
  const events = await Array.fromAsync(engine.complete(request, signal))
  const [start] = events
  const finish = events.at(-1)
  if (start?.type !== 'generation-start') throw new Error(`The first event is ${start?.type}.`)
  if (finish?.type !== 'generation-finish') throw new Error(`The last event is ${finish?.type}.`)
  const deltas = events.filter((event) => event.type === 'text-delta')
  return { start, deltas, finish, text: deltas.map((delta) => delta.text).join('') }
}
