import { Fault } from '@shared/fault/fault.ts'
import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { Message, Prompt } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import type { CompletionEngine, CompletionEvent, CompletionRequest } from '../completion-engine.ts'
import { residentBytes } from '../resident-bytes.ts'
import { completionRequest } from './completion-request.ts'
import { checkTokens, embedTokens, tokenizeInputs } from './embed-inputs.ts'
import { countPromptTokens } from './count-prompt-tokens.ts'
import { ConnectionLost } from './llama-server-client.ts'
import type { LlamaServerProcess } from './llama-server-process.ts'
import { readCompletion } from './read-completion.ts'
import { renderChatPrompt } from './render-chat-prompt.ts'
import type { ServerPrompt } from './render-chat-prompt.ts'
import { createSlotQueue } from './slot-queue.ts'
import type { SlotQueue } from './slot-queue.ts'
import { checkLength, tokenizeText } from './tokenize-text.ts'
import { listField, numberField, objectField, objectOf, textField } from './wire-reply.ts'

export interface LlamaServerEngineParts {
  readonly card: ModelCard
  readonly driver: string
  readonly options: EngineLoadOptions
  readonly purpose: 'generate' | 'embed'
  readonly server: LlamaServerProcess
}

interface OpenServer extends LlamaServerEngineParts {
  readonly queue: SlotQueue
  /** As the server says, which may be less than was asked for. */
  readonly contextTokens: number
  readonly vocabularySize: number
}

/** Texts that go in one call: an abort takes effect between two. */
const TEXTS_PER_CALL = 16
/** A connection broke: how long to wait for the news that its process ended. */
const NEWS_WITHIN_MS = 1000

const NEVER = new AbortController().signal

/** A running server as an engine. */
export const createLlamaServerTextEngine = async (
  parts: LlamaServerEngineParts,
): Promise<CompletionEngine> => {
  const { card, driver, server } = parts
  const { slots } = parts.options
  const open: OpenServer = { ...parts, queue: createSlotQueue(slots), ...(await readSizes(parts)) }
  const { client } = server
  return {
    model: card.id,
    driver,
    contextTokens: open.contextTokens,
    slots,
    processId: server.processId,
    exited: server.exited,
    complete: (request, signal) => complete(open, request, signal),
    async renderChat(prompt, signal) {
      return String(await renderChatPrompt(client, prompt.messages, signal))
    },
    rank: () => Promise.reject(notMadeFor(open, 'it does not rank')),
    countPromptTokens: ({ prompt }, signal) => named(open, () => count(open, prompt, signal)),
    embed: (request, signal) => named(open, () => embed(open, request, signal)),
    tokenize: (text) =>
      named(open, () => tokenizeText(client, text, { readMarkers: false, addSpecial: false }, NEVER)),
    async detokenize(tokens) {
      const body = { tokens: checkTokens(tokens, open.vocabularySize) }
      const reply = await named(open, () => client.call('/detokenize', body, NEVER))
      return textField(objectOf(reply), 'content')
    },
    residentBytes: () => residentBytes(server.processId),
    close: () => server.close(),
  }
}

const readSizes = async ({
  options,
  server,
}: LlamaServerEngineParts): Promise<Pick<OpenServer, 'contextTokens' | 'vocabularySize'>> => {
  const [model] = listField(await server.client.call('/v1/models', undefined, NEVER), 'data')
  const sizes = objectField(model, 'meta')
  return {
    contextTokens: numberField(sizes, 'n_ctx') || options.contextTokens,
    vocabularySize: numberField(sizes, 'n_vocab'),
  }
}

async function* complete(
  open: OpenServer,
  request: CompletionRequest,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void> {
  checkPurpose(open)
  const { client } = open.server
  checkTokens([...(request.sampling.logitBias?.keys() ?? [])], open.vocabularySize, 'logit_bias')
  const release = await open.queue.acquire(signal)
  try {
    const prompt = await renderPrompt(open, request.prompt, signal)
    const events = client.stream(
      '/completion',
      completionRequest(request, prompt, open.contextTokens),
      signal,
    )
    yield* readCompletion(events, { stop: request.stop, maxTokens: request.maxTokens })
  } catch (error) {
    throw await namedFailure(open, error)
  } finally {
    release()
  }
}

const count = async (open: OpenServer, prompt: Prompt, signal: AbortSignal): Promise<number> => {
  checkPurpose(open)
  return countPromptTokens(open.server.client, await renderPrompt(open, prompt, signal), signal)
}

const checkPurpose = (open: OpenServer): void => {
  if (open.purpose === 'embed') throw notMadeFor(open, 'it gives embeddings and no answers')
}

/** @throws Fault `context_length_exceeded`, `invalid_request` */
const renderPrompt = async (open: OpenServer, prompt: Prompt, signal: AbortSignal): Promise<ServerPrompt> => {
  const rendered = await renderAnyPrompt(open, prompt, signal)
  if (rendered.length === 0) throw new Fault('invalid_request', 'The prompt is empty.')
  return rendered
}

const renderAnyPrompt = async (
  { contextTokens, server, vocabularySize }: OpenServer,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<ServerPrompt> => {
  switch (prompt.type) {
    case 'chat':
      checkLength(charactersOf(prompt.messages), contextTokens)
      return renderChatPrompt(server.client, prompt.messages, signal)
    case 'text':
      checkLength(prompt.text.length, contextTokens)
      return tokenizeText(server.client, prompt.text, { readMarkers: false, addSpecial: true }, signal)
    case 'tokens':
      return checkTokens(prompt.tokens, vocabularySize)
    case 'infill':
      throw new Fault('not_supported', 'Infill is not supported yet.')
  }
}

const charactersOf = (messages: readonly Message[]): number =>
  messages.reduce((sum, message) => sum + messageText(message).length, 0)

const embed = async (open: OpenServer, request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> => {
  if (open.purpose === 'generate') throw notMadeFor(open, 'it gives answers and no embeddings')
  const { client } = open.server
  const tokenLists = await tokenizeInputs(client, request.inputs, open, signal)
  const vectors: Float32Array[] = []
  for (let first = 0; first < tokenLists.length; first += TEXTS_PER_CALL) {
    const release = await open.queue.acquire(signal)
    try {
      vectors.push(...(await embedTokens(client, tokenLists.slice(first, first + TEXTS_PER_CALL), signal)))
    } finally {
      release()
    }
  }
  return { vectors, promptTokens: tokenLists.reduce((sum, { length }) => sum + length, 0) }
}

const notMadeFor = ({ card }: OpenServer, reason: string): Fault =>
  new Fault('invalid_request', `The model ${card.id} cannot do this: ${reason}.`, { param: 'model' })

const named = async <Result>(open: OpenServer, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (error) {
    throw await namedFailure(open, error)
  }
}

/** A broken connection is told as what is behind it: in most cases the end of the process. */
const namedFailure = async ({ card, server }: OpenServer, error: unknown): Promise<unknown> => {
  if (!(error instanceof ConnectionLost)) return error
  const reason = await Promise.race([server.exited, Bun.sleep(NEWS_WITHIN_MS).then(() => undefined)])
  const message =
    reason === undefined
      ? `The engine of ${card.id} broke off its answer.`
      : `The engine of ${card.id} ended: ${reason}. It will be started again with the next request.`
  return new Fault('engine_failed', message, { cause: error })
}
