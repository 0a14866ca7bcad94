import { createTextStop } from '@service/chat/engines/chat-format/text-stop.ts'
import type { ChatEvent } from '@service/chat/policy/chat-format/chat-event-writer.ts'
import type {
  GenerationEvent,
  GenerationFinish,
  GenerationTimings,
  TokenLogprob,
} from '@shared/inference/generation-event.ts'
import type { Usage } from '@shared/inference/usage.ts'
import { engineEnded } from './scripted-life.ts'
import type { ScriptedLife } from './scripted-life.ts'
import type { Script } from './script.ts'

/** One answer that is to be played. */
export interface Turn {
  readonly script: Script
  readonly promptTokens: number
  readonly cachedTokens: number
  /** Most tokens of the answer, and what is used up with them. */
  readonly budget: number
  readonly cutReason: 'max-tokens' | 'context-full'
  readonly stop: readonly string[]
  /** Absent: no probabilities are told. */
  readonly logprobOf?: (text: string) => TokenLogprob
  /** Called once, at the end of an answer of so many tokens. */
  timingsAfter(written: number): GenerationTimings
}

type EndOfAnswer = Pick<GenerationFinish, 'reason' | 'rawReason' | 'stopText'>

/** Plays a script token by token, as any engine would: an abort, the end of the engine and the budget count at each. */
export async function* playTurn(
  turn: Turn,
  life: ScriptedLife,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  const { cachedTokens, promptTokens, script } = turn
  yield { type: 'generation-start', promptTokens, cachedTokens }
  const stop = createTextStop(turn.stop)
  let written = 0
  let end = endOf(script)
  for (const event of eventsOf(turn)) {
    if (costsToken(event)) {
      if (written >= turn.budget) {
        end = { reason: 'length', rawReason: turn.cutReason }
        break
      }
      await waitForToken(script, life, signal)
      if (written === script.failsAfter) throw engineEnded('SIGSEGV')
      written += 1
    }
    yield* stop.cut([event])
    if (stop.stopText === undefined) continue
    end = { reason: 'stop', rawReason: 'stop-string', stopText: stop.stopText }
    break
  }
  if (stop.stopText === undefined) yield* stop.rest()
  yield {
    type: 'generation-finish',
    ...end,
    usage: usageOf(turn, written),
    timings: turn.timingsAfter(written),
  }
}

const usageOf = ({ cachedTokens, promptTokens, script }: Turn, written: number): Usage => {
  const reasoningTokens = Math.min(written, script.reasoning?.length ?? 0)
  return {
    promptTokens,
    completionTokens: written,
    cachedTokens,
    ...(reasoningTokens === 0 ? {} : { reasoningTokens }),
  }
}

/** @throws the signal's reason, or Fault `engine_failed` when the engine is gone */
const waitForToken = async ({ gate }: Script, life: ScriptedLife, signal: AbortSignal): Promise<void> => {
  if (gate !== undefined) await Promise.race([gate(signal), life.exited])
  signal.throwIfAborted()
  life.check()
}

const costsToken = (event: ChatEvent): boolean => event.type !== 'tool-call-end'

function* eventsOf({ logprobOf, script }: Turn): Generator<ChatEvent> {
  const { reasoning = [], pieces, toolCalls = [] } = script
  for (const text of reasoning) yield { type: 'reasoning-delta', text, tokens: 1 }
  const said = pieces ?? (toolCalls.length > 0 ? [] : ['Hello', ' from', ' the', ' script', '.'])
  for (const text of said) {
    yield {
      type: 'text-delta',
      text,
      tokens: 1,
      ...(logprobOf === undefined ? {} : { logprobs: [logprobOf(text)] }),
    }
  }
  for (const [index, call] of toolCalls.entries()) {
    yield { type: 'tool-call-start', index, id: call.id, name: call.name, tokens: 1 }
    for (const text of call.arguments) yield { type: 'tool-call-delta', index, text, tokens: 1 }
    yield { type: 'tool-call-end', index }
  }
}

/** How the answer ends when nothing cuts it short. */
const endOf = ({ stopText, toolCalls = [] }: Script): EndOfAnswer => {
  if (toolCalls.length > 0) return { reason: 'tool-calls', rawReason: 'tool-calls' }
  if (stopText === undefined) return { reason: 'stop', rawReason: 'eos' }
  return { reason: 'stop', rawReason: 'stop-string', stopText }
}
