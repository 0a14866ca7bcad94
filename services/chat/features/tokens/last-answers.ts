import type { AnswerFigures } from '@shared/dialects/localai/localai-tokens.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { WorkObserver } from '../usage/engine-work.ts'

export interface LastAnswers {
  /** To be told of every answer. */
  readonly observer: WorkObserver
  /** Undefined before the model's first answer. */
  figuresOf(model: ModelId): AnswerFigures | undefined
}

/** Remembers the figures of each model's last answer: as many as there are models. */
export const createLastAnswers = (): LastAnswers => {
  const figures = new Map<ModelId, AnswerFigures>()
  return {
    observer: {
      onBegin: () => undefined,
      onTokens: () => undefined,
      onEnd({ cachedTokens, completionTokens, decodeMs, isFinished, model, promptTokens, task }) {
        if (task !== 'generate' || !isFinished) return
        figures.set(model, {
          tokensPerSecond: decodeMs > 0 ? (completionTokens * 1000) / decodeMs : 0,
          generatedTokens: completionTokens,
          processedPromptTokens: promptTokens - cachedTokens,
        })
      },
    },
    figuresOf: (model) => figures.get(model),
  }
}
