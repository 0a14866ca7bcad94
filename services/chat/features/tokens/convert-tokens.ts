import type { ModelId } from '@shared/inference/model-card.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'

export interface ConvertTokens {
  /** Text as token ids, without those that a model puts around a prompt. */
  tokenize(model: ModelId, text: string, signal: AbortSignal): Promise<readonly number[]>
  /** @throws Fault `invalid_request` for ids that the model lacks */
  detokenize(model: ModelId, tokens: readonly number[], signal: AbortSignal): Promise<string>
}

/** Opens the model when needed, asks for its vocabulary's word, and gives the engine back whatever happens. */
export const createConvertTokens = (pool: EnginePool): ConvertTokens => {
  const withEngine = async <Answer>(
    model: ModelId,
    signal: AbortSignal,
    ask: (engine: TextEngine) => Promise<Answer>,
  ): Promise<Answer> => {
    const { engine, release } = await pool.borrow(model, signal)
    try {
      return await ask(engine)
    } finally {
      release()
    }
  }
  return {
    tokenize: (model, text, signal) => withEngine(model, signal, (engine) => engine.tokenize(text)),
    detokenize: (model, tokens, signal) => withEngine(model, signal, (engine) => engine.detokenize(tokens)),
  }
}
