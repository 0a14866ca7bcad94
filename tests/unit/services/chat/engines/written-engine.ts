import type {
  CompletionEngine,
  CompletionEngineDriver,
  CompletionEvent,
  CompletionRequest,
} from '@service/chat/engines/completion-engine.ts'
import { formattedTextEngineDriver } from '@service/chat/engines/formatted-text-engine.ts'
import type { ChatPrompt, Prompt } from '@shared/inference/generate-request.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'

/** An engine that writes these pieces, a token each, and renders chats as this model's template would. */
export interface Written {
  readonly pieces: readonly string[]
  readonly chatTemplate: string
  readonly render: (prompt: ChatPrompt) => string
  readonly reason?: 'stop' | 'length'
}

export interface OpenedEngine {
  readonly engine: TextEngine
  readonly requests: readonly CompletionRequest[]
  readonly counted: readonly Prompt[]
  readonly rendered: readonly ChatPrompt[]
}

// Made up for a test, in the grammar of ids.
export const WRITTEN_MODEL = 'a-model' as ModelId

export const openWrittenEngine = async ({
  pieces,
  chatTemplate,
  render,
  reason = 'stop',
}: Written): Promise<OpenedEngine> => {
  const requests: CompletionRequest[] = []
  const counted: Prompt[] = []
  const rendered: ChatPrompt[] = []
  async function* complete(request: CompletionRequest): AsyncGenerator<CompletionEvent> {
    requests.push(request)
    yield { type: 'generation-start', promptTokens: 5, cachedTokens: 2 }
    for (const text of pieces) yield { type: 'text-delta', text, tokens: 1 }
    yield {
      type: 'generation-finish',
      reason,
      rawReason: reason === 'stop' ? 'eos' : 'max-tokens',
      usage: { promptTokens: 5, completionTokens: pieces.length, cachedTokens: 2 },
      timings: { prefillMs: 1, decodeMs: 1 },
    }
  }
  // Only what these tests call.
  const engine = {
    model: WRITTEN_MODEL,
    complete,
    renderChat: (prompt: ChatPrompt) => {
      rendered.push(prompt)
      return Promise.resolve(render(prompt))
    },
    countPromptTokens: ({ prompt }: { prompt: Prompt }) => {
      counted.push(prompt)
      return Promise.resolve(7)
    },
  } as unknown as CompletionEngine
  const driver = { name: 'written', load: () => Promise.resolve(engine) } as unknown as CompletionEngineDriver
  const card = { id: WRITTEN_MODEL, chatTemplate } as ModelCard
  const options = { contextTokens: 100, slots: 1, threads: 1 }
  const formatted = await formattedTextEngineDriver(driver).load(card, options, AbortSignal.any([]))
  return { engine: formatted, requests, counted, rendered }
}
