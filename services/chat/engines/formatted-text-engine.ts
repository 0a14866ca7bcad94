import type { ChatPrompt, GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import { answerGrammar } from '../policy/chat-format/answer-grammar.ts'
import type { AnswerGrammar } from '../policy/chat-format/answer-grammar.ts'
import type { CallIdForm, ChatFormat } from '../policy/chat-format/chat-format.ts'
import { checkChatRequest, refuseImages } from './chat-format/check-chat-request.ts'
import { createKnownChatFormat } from './chat-format/known-chat-format.ts'
import type { ChatPlan, KnownChatFormat } from './chat-format/known-chat-format.ts'
import { readChatAnswer } from './chat-format/read-chat-answer.ts'
import type { CompletionEngine, CompletionEngineDriver, CompletionRequest } from './completion-engine.ts'

/** A driver whose engines know reasoning and calls, over one whose engines know text. */
export const formattedTextEngineDriver = (driver: CompletionEngineDriver): TextEngineDriver => ({
  ...driver,
  load: async (card, options, signal) =>
    formattedTextEngine(await driver.load(card, options, signal), card.chatTemplate ?? ''),
})

const formattedTextEngine = (engine: CompletionEngine, chatTemplate: string): TextEngine => {
  const known = createKnownChatFormat(engine, chatTemplate)
  return {
    ...engine,
    generate: (request, signal) => generate({ engine, known }, request, signal),
    async countPromptTokens({ prompt }, signal) {
      refuseImages(prompt, engine.model)
      const plan = await planFor(known, prompt, signal)
      return engine.countPromptTokens({ prompt: plan?.prompt ?? prompt }, signal)
    },
  }
}

const planFor = async (
  known: KnownChatFormat,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<ChatPlan | undefined> => (prompt.type === 'chat' ? known.planFor(prompt, signal) : undefined)

interface FormattedEngine {
  readonly engine: CompletionEngine
  readonly known: KnownChatFormat
}

/** A chat with a model that can only answer with text, and mere text, are the engine's own events, untouched. */
async function* generate(
  { engine, known }: FormattedEngine,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  checkChatRequest(request)
  const plan = await planFor(known, request.prompt, signal)
  const tools = toolsOf(request.prompt)
  const grammar = grammarOf(request, plan)
  const completion = completionOf(request, grammar)
  if (plan === undefined || !isParsed(plan, tools.length > 0)) {
    const prompt = plan?.prompt ?? request.prompt
    yield* engine.complete({ ...completion, prompt, stop: request.stop, visibleMarkers: [] }, signal)
    return
  }
  const visibleMarkers = markersOf(plan.format, tools.length > 0)
  const events = engine.complete({ ...completion, prompt: plan.prompt, stop: [], visibleMarkers }, signal)
  yield* readChatAnswer(events, {
    format: plan.format,
    reasoningStart: plan.reasoningStart,
    tools,
    stop: request.stop,
    makeCallId: () => makeCallId(plan.format.calls.idForm),
    now: () => performance.now(),
  })
}

const toolsOf = (prompt: Prompt): NonNullable<ChatPrompt['tools']> =>
  prompt.type === 'chat' ? (prompt.tools ?? []) : []

/** Whether there can be anything but text in an answer. */
const isParsed = ({ format, reasoningStart }: ChatPlan, hasTools: boolean): boolean =>
  hasTools || format.calls.type === 'harmony' || reasoningStart !== 'none'

const grammarOf = (request: GenerateRequest, plan: ChatPlan | undefined): AnswerGrammar | undefined =>
  answerGrammar({
    format: plan?.format,
    reasoningStart: plan?.reasoningStart ?? 'none',
    tools: toolsOf(request.prompt),
    toolChoice: request.toolChoice ?? { type: 'auto' },
    isOneCallOnly: request.isOneCallOnly ?? false,
    output: request.output,
  })

const completionOf = (
  { sampling, maxTokens, logprobs }: GenerateRequest,
  grammar: AnswerGrammar | undefined,
): Omit<CompletionRequest, 'prompt' | 'stop' | 'visibleMarkers'> => ({
  sampling,
  ...(maxTokens === undefined ? {} : { maxTokens }),
  ...(logprobs === undefined ? {} : { logprobs }),
  ...(grammar === undefined ? {} : { grammar }),
})

const markersOf = ({ calls, reasoning }: ChatFormat, hasTools: boolean): readonly string[] => [
  ...(reasoning === undefined ? [] : [reasoning.open, reasoning.close]),
  ...(hasTools || calls.type === 'harmony' ? calls.markers : []),
]

/** Letters that a call's id is made of: 32, so that each takes five bits of a random byte evenly. */
const ID_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'

const makeCallId = (form: CallIdForm): string => {
  if (form !== 'nine-letters') return `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`
  const bytes = crypto.getRandomValues(new Uint8Array(9))
  return Array.from(bytes, (byte) => ID_LETTERS.charAt(byte % ID_LETTERS.length)).join('')
}
