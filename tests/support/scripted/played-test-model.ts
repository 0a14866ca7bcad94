import { checkChatRequest, refuseImages } from '@service/chat/engines/chat-format/check-chat-request.ts'
import { contextFault } from '@service/chat/policy/context-fault.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { EmbedInput } from '@shared/inference/embed-request.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { ModelCapability, ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import { logprobOfToken } from './logprob-of-token.ts'
import type { Turn } from './play-turn.ts'
import type { PlayedModel } from './played-engine.ts'
import { createToyCache } from './toy-cache.ts'
import type { ToyCache } from './toy-cache.ts'
import { toyPrompt } from './toy-prompt.ts'
import { continuation, toyScriptOf } from './toy-script.ts'
import type { ToyScript } from './toy-script.ts'
import { toyScore, toyVector } from './toy-vectors.ts'
import { createToyVocabulary } from './toy-vocabulary.ts'
import type { ToyVocabulary } from './toy-vocabulary.ts'
import { writtenForm } from './written-form.ts'

/** How much likelier than anything else is what the model always says. */
const MUCH_LIKELIER = 1_000_000

interface Toy {
  readonly card: ModelCard
  readonly contextTokens: number
  readonly says: ToyScript
  readonly vocabulary: ToyVocabulary
  readonly cache: ToyCache
}

/** The model of a card as a toy that says what its file would make an engine say; undefined for cards of other models. */
export const playedTestModel = (card: ModelCard, options: EngineLoadOptions): PlayedModel | undefined => {
  const says = toyScriptOf(card.name)
  if (says === undefined) return undefined
  const contextTokens = Math.min(options.contextTokens, card.shape.contextLength)
  const vocabulary = createToyVocabulary(says.pieces)
  const toy: Toy = { card, contextTokens, says, vocabulary, cache: createToyCache(options.slots) }
  return {
    contextTokens,
    begin: (request) => begin(toy, request),
    async countPromptTokens(prompt) {
      return readPrompt(toy, prompt).length
    },
    embed({ inputs }) {
      checkCapability(toy, 'embed')
      const tokenLists = inputs.map((input) => readInput(toy, input))
      return {
        vectors: tokenLists.map((tokens) => toyVector(tokens, card.shape.embeddingLength)),
        promptTokens: tokenLists.reduce((sum, tokens) => sum + tokens.length, 0),
      }
    },
    rank({ documents, query }) {
      checkCapability(toy, 'rerank')
      const asked = vocabulary.tokenize(query)
      const tokenLists = documents.map((document) => vocabulary.tokenize(document))
      for (const { length } of tokenLists) checkFits(asked.length + length, contextTokens)
      return {
        scores: tokenLists.map((tokens) => toyScore(asked, tokens)),
        promptTokens: tokenLists.reduce((sum, tokens) => sum + asked.length + tokens.length, 0),
      }
    },
    tokenize: vocabulary.tokenize,
    detokenize: vocabulary.detokenize,
  }
}

const begin = (toy: Toy, request: GenerateRequest): Turn => {
  const { cache, contextTokens, vocabulary } = toy
  const prompt = readPrompt(toy, request.prompt)
  checkChatRequest(request)
  vocabulary.check([...(request.sampling.logitBias?.keys() ?? [])], 'logit_bias')
  const room = contextTokens - prompt.length
  checkFits(prompt.length + 1, contextTokens)
  const { logprobs, maxTokens = Number.POSITIVE_INFINITY, stop } = request
  const lastPiece = vocabulary.detokenize(prompt.slice(-1))
  // One more than there is room for, so that the answer is cut and does not end.
  const script = writtenForm(request) ?? { pieces: continuation(toy.says, lastPiece, room + 1) }
  const begunAt = performance.now()
  const cachedTokens = cache.find(prompt)
  const readAt = performance.now()
  return {
    script,
    promptTokens: prompt.length,
    cachedTokens,
    budget: Math.min(maxTokens, room),
    cutReason: maxTokens <= room ? 'max-tokens' : 'context-full',
    stop,
    ...(logprobs === undefined
      ? {}
      : {
          logprobOf: (text) =>
            logprobOfToken({ id: vocabulary.idOf(text), text, timesAsLikely: MUCH_LIKELIER }, logprobs),
        }),
    timingsAfter(written) {
      const answer = (script.pieces ?? []).slice(0, written).map((piece) => vocabulary.idOf(piece))
      cache.keep([...prompt, ...answer])
      return { prefillMs: readAt - begunAt, decodeMs: performance.now() - readAt }
    },
  }
}

const readPrompt = (toy: Toy, prompt: Prompt): readonly number[] => {
  checkCapability(toy, 'chat')
  refuseImages(prompt, toy.card.id)
  return toyPrompt(toy.vocabulary, prompt, toy.contextTokens)
}

const readInput = ({ contextTokens, vocabulary }: Toy, input: EmbedInput): readonly number[] => {
  const tokens =
    input.type === 'text' ? vocabulary.tokenize(input.text) : vocabulary.check(input.tokens, 'input')
  if (tokens.length === 0)
    throw new Fault('invalid_request', 'An empty text has no embedding.', { param: 'input' })
  checkFits(tokens.length, contextTokens)
  return tokens
}

const checkFits = (tokens: number, contextTokens: number): void => {
  if (tokens > contextTokens) throw contextFault(tokens, contextTokens)
}

const checkCapability = ({ card }: Toy, wanted: ModelCapability): void => {
  if (card.capabilities.includes(wanted)) return
  throw new Fault('invalid_request', `The model ${card.id} cannot do this.`, { param: 'model' })
}
