import { Fault } from '@shared/fault/fault.ts'
import type { Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { Ranking, RankRequest } from '@shared/inference/rank-request.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import type { CompletionEngine, CompletionEvent, CompletionRequest } from '../completion-engine.ts'
import { residentBytes } from '../resident-bytes.ts'
import { checkCompletion } from './check-completion.ts'
import { completionRequest } from './completion-request.ts'
import { countPromptTokens } from './count-prompt-tokens.ts'
import { checkTokens, embedTokens, tokenizeInputs } from './embed-inputs.ts'
import { createEndTokens } from './end-tokens.ts'
import type { EndTokens } from './end-tokens.ts'
import { createGrammarDesk } from './grammar-desk.ts'
import type { GrammarDesk } from './grammar-desk.ts'
import { createInfillPrompt } from './infill-prompt.ts'
import type { LlamaServerPurpose } from './llama-server-arguments.ts'
import { ConnectionLost } from './llama-server-client.ts'
import type { LlamaServerProcess } from './llama-server-process.ts'
import { rankTexts } from './rank-texts.ts'
import { readCompletion } from './read-completion.ts'
import { renderChatText } from './render-chat-prompt.ts'
import { serverPrompt } from './server-prompt.ts'
import type { PromptMaker } from './server-prompt.ts'
import { createSlotQueue } from './slot-queue.ts'
import type { SlotQueue } from './slot-queue.ts'
import { checkLength, tokenizeText } from './tokenize-text.ts'
import { listField, numberField, objectField, objectOf, textField } from './wire-reply.ts'

export interface LlamaServerEngineParts {
  readonly card: ModelCard
  readonly driver: string
  readonly options: EngineLoadOptions
  readonly purpose: LlamaServerPurpose
  readonly server: LlamaServerProcess
}

/** The sizes are as the server says; its context may be less than was asked for. */
interface OpenServer extends LlamaServerEngineParts, PromptMaker {
  readonly queue: SlotQueue
  readonly grammars: GrammarDesk
  readonly endTokens: EndTokens
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
  const open = await openServer(parts)
  const { client } = server
  return {
    model: card.id,
    driver,
    contextTokens: open.contextTokens,
    slots: parts.options.slots,
    processId: server.processId,
    exited: server.exited,
    complete: (request, signal) => complete(open, request, signal),
    renderChat: (prompt, signal) => named(open, () => renderChatText(client, prompt, signal)),
    countPromptTokens: ({ prompt }, signal) => named(open, () => count(open, prompt, signal)),
    embed: (request, signal) => named(open, () => embed(open, request, signal)),
    rank: (request, signal) => named(open, () => rank(open, request, signal)),
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

const openServer = async (parts: LlamaServerEngineParts): Promise<OpenServer> => {
  const { options, server } = parts
  const { client } = server
  const [model] = listField(await client.call('/v1/models', undefined, NEVER), 'data')
  const sizes = objectField(model, 'meta')
  return {
    ...parts,
    client,
    contextTokens: numberField(sizes, 'n_ctx') || options.contextTokens,
    vocabularySize: numberField(sizes, 'n_vocab'),
    queue: createSlotQueue(options.slots),
    infill: createInfillPrompt(client),
    grammars: createGrammarDesk(server),
    endTokens: createEndTokens(client),
  }
}

async function* complete(
  open: OpenServer,
  request: CompletionRequest,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void> {
  checkPurpose(open, 'generate')
  checkTokens([...(request.sampling.logitBias?.keys() ?? [])], open.vocabularySize, 'logit_bias')
  checkCompletion(request)
  const { logprobs, maxTokens, sampling, stop } = request
  const release = await open.queue.acquire(signal)
  const grammar = request.grammar === undefined ? undefined : open.grammars.enter(request.grammar.gbnf)
  try {
    const prompt = await serverPrompt(open, request.prompt, signal)
    const endTokens = sampling.ignoresEndOfAnswer === true ? await open.endTokens(signal) : []
    const body = completionRequest(request, prompt, { contextTokens: open.contextTokens, endTokens })
    yield* readCompletion(open.client.stream('/completion', body, signal), { stop, maxTokens, logprobs })
  } catch (error) {
    throw await namedFailure(open, grammar === undefined ? error : await grammar.explain(error))
  } finally {
    grammar?.leave()
    release()
  }
}

const count = async (open: OpenServer, prompt: Prompt, signal: AbortSignal): Promise<number> => {
  checkPurpose(open, 'generate')
  return countPromptTokens(open.client, await serverPrompt(open, prompt, signal), signal)
}

const embed = async (open: OpenServer, request: EmbedRequest, signal: AbortSignal): Promise<Embeddings> => {
  checkPurpose(open, 'embed')
  const tokenLists = await tokenizeInputs(open.client, request.inputs, open, signal)
  const vectors = await inTurns(open, tokenLists, signal, (some) => embedTokens(open.client, some, signal))
  return { vectors: vectors.flat(), promptTokens: tokenLists.reduce((sum, { length }) => sum + length, 0) }
}

const rank = async (open: OpenServer, request: RankRequest, signal: AbortSignal): Promise<Ranking> => {
  checkPurpose(open, 'rank')
  const { documents, query } = request
  for (const document of documents) checkLength(query.length + document.length, open.contextTokens)
  const rankings = await inTurns(open, documents, signal, (some) =>
    rankTexts(open.client, { query, documents: some }, signal),
  )
  return {
    scores: rankings.flatMap(({ scores }) => scores),
    promptTokens: rankings.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
  }
}

/** Work on a few texts at a time, each time after a turn in the queue. */
const inTurns = async <Text, Result>(
  { queue }: OpenServer,
  texts: readonly Text[],
  signal: AbortSignal,
  work: (texts: readonly Text[]) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = []
  for (let first = 0; first < texts.length; first += TEXTS_PER_CALL) {
    const release = await queue.acquire(signal)
    try {
      results.push(await work(texts.slice(first, first + TEXTS_PER_CALL)))
    } finally {
      release()
    }
  }
  return results
}

const ABILITIES = {
  generate: 'gives answers',
  embed: 'gives embeddings',
  rank: 'ranks texts',
} as const satisfies Record<LlamaServerPurpose, string>

const checkPurpose = ({ card, purpose }: OpenServer, wanted: LlamaServerPurpose): void => {
  if (purpose === wanted) return
  throw new Fault('invalid_request', `The model ${card.id} cannot do this: it ${ABILITIES[purpose]}.`, {
    param: 'model',
  })
}

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
