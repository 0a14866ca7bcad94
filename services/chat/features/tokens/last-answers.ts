import type { AnswerFigures } from '@shared/dialects/localai/localai-tokens.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { GenerationObserver } from '../text/generate-text.ts'

export interface LastAnswers {
  /** To be told of every answer; passes it on. */
  readonly observer: GenerationObserver
  /** Undefined before the model's first answer. */
  figuresOf(model: ModelId): AnswerFigures | undefined
}

/** Remembers the figures of each model's last answer: as many as there are models. */
export const createLastAnswers = (next: GenerationObserver): LastAnswers => {
  const figures = new Map<ModelId, AnswerFigures>()
  return {
    observer: {
      onFirstText: (model, sinceRequestMs) => next.onFirstText(model, sinceRequestMs),
      onFinish(model, usage, decodeMs) {
        next.onFinish(model, usage, decodeMs)
        figures.set(model, {
          tokensPerSecond: decodeMs > 0 ? (usage.completionTokens * 1000) / decodeMs : 0,
          generatedTokens: usage.completionTokens,
          processedPromptTokens: usage.promptTokens - usage.cachedTokens,
        })
      },
    },
    figuresOf: (model) => figures.get(model),
  }
}
