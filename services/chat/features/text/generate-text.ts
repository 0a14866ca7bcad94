import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Usage } from '@shared/inference/usage.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'
import type { EngineWishes } from '../models/engine-wishes.ts'

/** Told of what each answer took; times in milliseconds. */
export interface GenerationObserver {
  onFirstText(model: ModelId, sinceRequestMs: number): void
  onFinish(model: ModelId, usage: Usage, decodeMs: number): void
}

export type GenerateText = (
  request: GenerateRequest,
  signal: AbortSignal,
  wishes?: EngineWishes,
) => AsyncIterable<GenerationEvent>

/** Opens the model when needed, streams its answer, and gives the engine back whatever happens. */
export const createGenerateText = (ports: {
  readonly pool: EnginePool
  readonly observer: GenerationObserver
  readonly elapsedMs: () => number
}): GenerateText => {
  const { elapsedMs, observer, pool } = ports
  return async function* generateText(request, signal, { keepAliveMs, onOpen } = {}) {
    const askedAt = elapsedMs()
    let isFirst = true
    const { engine, release } = await pool.borrow(request.model, signal, keepAliveMs)
    const loadMs = elapsedMs() - askedAt
    onOpen?.(engine.contextTokens)
    try {
      for await (const event of engine.generate(request, signal)) {
        if (event.type === 'text-delta' && isFirst) {
          isFirst = false
          observer.onFirstText(request.model, elapsedMs() - askedAt)
        }
        if (event.type === 'generation-finish') {
          observer.onFinish(request.model, event.usage, event.timings.decodeMs)
          yield { ...event, timings: { ...event.timings, loadMs, totalMs: elapsedMs() - askedAt } }
        } else {
          yield event
        }
      }
    } finally {
      release()
    }
  }
}
