import { Fault } from '@shared/fault/fault.ts'
import type { TokenLogprob } from '@shared/inference/generation-event.ts'
import type { Usage } from '@shared/inference/usage.ts'
import { isRecord } from '../wire-field.ts'
import { readRemoteLogprobs } from './remote-logprobs.ts'

type WireObject = Readonly<Record<string, unknown>>

/** A piece of a call. The server may send the name and the arguments in one or in many. */
export interface RemoteCallPiece {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** What one chunk of a streamed answer brings; empty where it brings nothing. */
export interface RemoteChunk {
  readonly text: string
  readonly reasoning: string
  readonly calls: readonly RemoteCallPiece[]
  readonly logprobs: readonly TokenLogprob[]
  readonly finishReason: string | undefined
  /** vLLM names the stop string that ended the answer. */
  readonly stopText: string | undefined
  readonly usage: Usage | undefined
  /** What it took up to here, of servers that tell it with every piece. */
  readonly progress: Usage | undefined
  /** llama-server's, in milliseconds. */
  readonly timings: { readonly prefillMs: number; readonly decodeMs: number } | undefined
}

const MOST_CALLS = 128

/** @throws Fault `engine_failed` for what is no chunk */
export const readRemoteChunk = (value: unknown): RemoteChunk => {
  if (!isRecord(value)) throw new Fault('engine_failed', 'The machine sent an event that is no JSON object.')
  const choices: unknown = value['choices']
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  const choice = objectOf(first)
  // A server that does not stream sends a whole message.
  const delta = isRecord(choice['delta']) ? choice['delta'] : objectOf(choice['message'])
  const stopReason: unknown = choice['stop_reason']
  return {
    text: textOf(delta['content']) || textOf(choice['text']),
    reasoning: textOf(delta['reasoning_content']) || textOf(delta['reasoning']),
    calls: callsOf(delta['tool_calls']),
    logprobs: readRemoteLogprobs(choice['logprobs']),
    finishReason: typeof choice['finish_reason'] === 'string' ? choice['finish_reason'] : undefined,
    stopText: typeof stopReason === 'string' ? stopReason : undefined,
    usage: readRemoteUsage(value['usage']),
    progress: progressOf(value['timings']),
    timings: timingsOf(value['timings']),
  }
}

const callsOf = (value: unknown): readonly RemoteCallPiece[] => {
  if (!Array.isArray(value)) return []
  return value.filter(isRecord).map((call, position) => {
    const index = typeof call['index'] === 'number' ? call['index'] : position
    if (!Number.isInteger(index) || index < 0 || index >= MOST_CALLS)
      throw new Fault('engine_failed', `The machine sent a call of a tool with the number ${index}.`)
    const { arguments: given, name } = objectOf(call['function'])
    return {
      index,
      id: textOf(call['id']),
      name: textOf(name),
      // Some servers send the object itself.
      arguments: isRecord(given) ? JSON.stringify(given) : textOf(given),
    }
  })
}

/** Undefined where the server tells none. */
export const readRemoteUsage = (value: unknown): Usage | undefined => {
  if (!isRecord(value) || !isCount(value['prompt_tokens'])) return undefined
  const reasoningTokens = countIn(value['completion_tokens_details'], 'reasoning_tokens')
  return {
    promptTokens: value['prompt_tokens'],
    completionTokens: countIn(value, 'completion_tokens'),
    cachedTokens: countIn(value['prompt_tokens_details'], 'cached_tokens'),
    ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
  }
}

const timingsOf = (value: unknown): RemoteChunk['timings'] => {
  const { predicted_ms: decodeMs, prompt_ms: prefillMs } = objectOf(value)
  return isTime(decodeMs) && isTime(prefillMs) ? { decodeMs, prefillMs } : undefined
}

/** llama-server counts what it read apart from what it had read before. */
const progressOf = (value: unknown): Usage | undefined => {
  if (!isRecord(value) || !isCount(value['prompt_n'])) return undefined
  const cachedTokens = countIn(value, 'cache_n')
  return {
    promptTokens: value['prompt_n'] + cachedTokens,
    completionTokens: countIn(value, 'predicted_n'),
    cachedTokens,
  }
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const countIn = (value: unknown, name: string): number => {
  const count = objectOf(value)[name]
  return isCount(count) ? count : 0
}

const objectOf = (value: unknown): WireObject => (isRecord(value) ? value : {})

const textOf = (value: unknown): string => (typeof value === 'string' ? value.toWellFormed() : '')
