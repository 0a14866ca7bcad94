import { REMOTE_ABILITIES } from '@shared/dialects/external/remote-abilities.ts'
import type { RemoteAbilities } from '@shared/dialects/external/remote-abilities.ts'
import { remoteRequest } from '@shared/dialects/external/remote-request.ts'
import { readRemoteUsage } from '@shared/dialects/external/remote-chunk.ts'
import { readRemoteScores, readRemoteVectors } from '@shared/dialects/external/remote-vectors.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Embeddings, EmbedInput, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ModelCapability, ModelCard } from '@shared/inference/model-card.ts'
import type { Ranking, RankRequest } from '@shared/inference/rank-request.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'
import { checkTokens } from '../llama-server/embed-inputs.ts'
import { createSlotQueue } from '../llama-server/slot-queue.ts'
import type { SlotQueue } from '../llama-server/slot-queue.ts'
import type { ExternalClient } from './external-client.ts'
import type { ExternalTarget, ExternalTargets } from './external-target.ts'
import { readRemoteAnswer } from './read-remote-answer.ts'
import { countRemotePrompt, detokenizeRemotely, tokenizeRemotely } from './remote-tokens.ts'

export interface ExternalEngineParts {
  readonly card: ModelCard
  readonly client: ExternalClient
  readonly targets: ExternalTargets
  readonly slots: number
}

interface OpenExternal extends ExternalEngineParts {
  readonly queue: SlotQueue
  readonly closing: AbortController
}

export const EXTERNAL_DRIVER_NAME = 'external'
/** Texts of one call: a server with a small batch refuses more. */
const TEXTS_PER_CALL = 32

/** A model of another machine as an engine: no process, no memory, nothing that could crash here. */
export const createExternalTextEngine = (parts: ExternalEngineParts): TextEngine => {
  const { card, client, slots, targets } = parts
  const exited = Promise.withResolvers<string>()
  const closing = new AbortController()
  const open: OpenExternal = { ...parts, closing, queue: createSlotQueue(slots) }
  const find = (): Promise<ExternalTarget> => targets.find(card.id, closing.signal)
  return {
    model: card.id,
    driver: EXTERNAL_DRIVER_NAME,
    contextTokens: card.shape.contextLength,
    slots,
    processId: 0,
    exited: exited.promise,
    generate: (request, signal) => generate(open, request, signal),
    async countPromptTokens({ prompt }, signal) {
      checkAbility(open, 'chat')
      return countRemotePrompt(client, await find(), prompt, signal)
    },
    embed: (request, signal) => inTurn(open, signal, (target, both) => embed(open, target, request, both)),
    rank: (request, signal) => inTurn(open, signal, (target, both) => rank(open, target, request, both)),
    tokenize: async (text) => tokenizeRemotely(client, await find(), text, closing.signal),
    async detokenize(tokens) {
      checkTokenIds(open, tokens)
      return detokenizeRemotely(client, await find(), tokens, closing.signal)
    },
    residentBytes: () => Promise.resolve(0),
    async close() {
      closing.abort(new Fault('engine_failed', `The way to '${card.id}' was closed.`))
      exited.resolve('closed')
    },
  }
}

async function* generate(
  open: OpenExternal,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent, void> {
  checkAbility(open, 'chat')
  checkToolChoice(request)
  if (request.prompt.type === 'tokens') checkTokenIds(open, request.prompt.tokens)
  checkTokenIds(open, [...(request.sampling.logitBias?.keys() ?? [])], 'logit_bias')
  const both = AbortSignal.any([signal, open.closing.signal])
  const release = await open.queue.acquire(both)
  try {
    const target = await open.targets.find(open.card.id, both)
    const { body, path } = remoteRequest(request, target)
    yield* readRemoteAnswer(open.client.stream(target, path, body, both), {
      request,
      machine: target.machine,
      countsEnd: REMOTE_ABILITIES[target.product].countsEnd,
      now: () => performance.now(),
      makeCallId: () => `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`,
    })
  } finally {
    release()
  }
}

const inTurn = async <Result>(
  open: OpenExternal,
  signal: AbortSignal,
  work: (target: ExternalTarget, signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const both = AbortSignal.any([signal, open.closing.signal])
  const release = await open.queue.acquire(both)
  try {
    return await work(await open.targets.find(open.card.id, both), both)
  } finally {
    release()
  }
}

const embed = async (
  open: OpenExternal,
  target: ExternalTarget,
  { inputs }: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> => {
  checkAbility(open, 'embed')
  checkTokenIds(
    open,
    inputs.flatMap((input) => (input.type === 'tokens' ? input.tokens : [])),
    'input',
  )
  const wire = inputs.map((input) => embedInput(input, target))
  const vectors: Float32Array[] = []
  let promptTokens = 0
  for (let first = 0; first < wire.length; first += TEXTS_PER_CALL) {
    const some = wire.slice(first, first + TEXTS_PER_CALL)
    const body = { model: target.remoteName, input: some, encoding_format: 'float' }
    const reply = await open.client.call(target, '/v1/embeddings', body, signal)
    vectors.push(...readRemoteVectors(reply, some.length))
    promptTokens += usageOf(reply)
  }
  return { vectors, promptTokens }
}

const embedInput = (
  input: EmbedInput,
  { id, machine, product }: ExternalTarget,
): string | readonly number[] => {
  const { length } = input.type === 'text' ? input.text : input.tokens
  if (length === 0) throw new Fault('invalid_request', 'An empty text has no embedding.', { param: 'input' })
  if (input.type === 'text') return input.text.toWellFormed()
  if (REMOTE_ABILITIES[product].takesTokens) return input.tokens
  throw new Fault(
    'invalid_request',
    `'input': '${id}' on the machine '${machine}' takes text, not token ids.`,
    { param: 'input' },
  )
}

const rank = async (
  open: OpenExternal,
  target: ExternalTarget,
  { documents, query }: RankRequest,
  signal: AbortSignal,
): Promise<Ranking> => {
  checkAbility(open, 'rerank')
  if (documents.length === 0) return { scores: [], promptTokens: 0 }
  const { scores: form }: RemoteAbilities = REMOTE_ABILITIES[target.product]
  if (form === null)
    throw new Fault('not_supported', `The machine '${target.machine}' does not rank documents.`)
  const body = {
    model: target.remoteName,
    query: query.toWellFormed(),
    documents: documents.map((document) => document.toWellFormed()),
    top_n: documents.length,
  }
  const reply = await open.client.call(target, '/v1/rerank', body, signal)
  return { scores: readRemoteScores(reply, documents.length, form), promptTokens: usageOf(reply) }
}

/** Some tell only the sum, which is the same here; one that tells none is not counted. */
const usageOf = (reply: unknown): number => {
  const usage = fieldOf(reply, 'usage')
  const told = readRemoteUsage(usage) ?? readRemoteUsage({ prompt_tokens: fieldOf(usage, 'total_tokens') })
  return told?.promptTokens ?? 0
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

const ABILITIES = {
  chat: 'does not chat',
  embed: 'does not make embeddings',
  rerank: 'does not rank documents',
} as const satisfies Record<ModelCapability, string>

const checkAbility = ({ card }: OpenExternal, wanted: ModelCapability): void => {
  if (card.capabilities.includes(wanted)) return
  throw new Fault('invalid_request', `The model ${card.id} ${ABILITIES[wanted]}.`, { param: 'model' })
}

/** Some servers abort over ids that their vocabulary lacks; it is not known of all of them. */
const checkTokenIds = ({ card }: OpenExternal, tokens: readonly number[], param?: string): void => {
  const { vocabularySize } = card.shape
  checkTokens(tokens, vocabularySize === 0 ? Number.MAX_SAFE_INTEGER : vocabularySize, param)
}

const checkToolChoice = ({ prompt, toolChoice }: GenerateRequest): void => {
  const tools = prompt.type === 'chat' ? (prompt.tools ?? []) : []
  if (toolChoice?.type !== 'tool' || tools.length === 0 || tools.some(({ name }) => name === toolChoice.name))
    return
  throw new Fault(
    'invalid_request',
    `'tool_choice' names the tool '${toolChoice.name.slice(0, 100)}', which is not among the tools of this request.`,
    { param: 'tool_choice' },
  )
}
