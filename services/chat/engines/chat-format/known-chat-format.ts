import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import type { ChatFormat, ReasoningStart } from '../../policy/chat-format/chat-format.ts'
import { CALL_PROBE, QUESTION_PROBE, endProbe } from '../../policy/chat-format/chat-probes.ts'
import {
  detectChatFormat,
  mayReasonByTemplate,
  reasoningStartOf,
} from '../../policy/chat-format/detect-chat-format.ts'
import { hasToolTurns, putToolsIntoWords } from '../../policy/chat-format/put-tools-into-words.ts'
import type { CompletionEngine } from '../completion-engine.ts'

/** How the answer to one chat will look. */
export interface ChatPlan {
  readonly format: ChatFormat
  readonly reasoningStart: ReasoningStart
  /** What the template is given. */
  readonly prompt: ChatPrompt
}

/** What an open model's template knows, asked when it is first needed. */
export interface KnownChatFormat {
  /** Undefined: the model has no way to answer with anything but text. */
  planFor(prompt: ChatPrompt, signal: AbortSignal): Promise<ChatPlan | undefined>
}

const MOST_REMEMBERED_ENDS = 64

export const createKnownChatFormat = (
  engine: Pick<CompletionEngine, 'renderChat'>,
  chatTemplate: string,
): KnownChatFormat => {
  const mayReason = mayReasonByTemplate(chatTemplate)
  const ends = new Map<string, ReasoningStart>()
  let known: ChatFormat | undefined

  const formatOf = async (signal: AbortSignal): Promise<ChatFormat> => {
    const question = await rendered(engine, QUESTION_PROBE, signal)
    const call = await rendered(engine, CALL_PROBE, signal)
    known = detectChatFormat(chatTemplate, { question, call })
    return known
  }

  /** Of a chat as the template is given it. Remembered by what the end of a prompt can depend on. */
  const startOf = async (
    format: ChatFormat,
    prompt: ChatPrompt,
    signal: AbortSignal,
  ): Promise<ReasoningStart> => {
    if (format.reasoning === undefined) return 'none'
    const probe = endProbe(prompt)
    const key = JSON.stringify(probe)
    const remembered = ends.get(key)
    if (remembered !== undefined) return remembered
    const start = reasoningStartOf(format.reasoning, await rendered(engine, probe, signal))
    if (ends.size >= MOST_REMEMBERED_ENDS) ends.clear()
    ends.set(key, start)
    return start
  }

  return {
    async planFor(prompt, signal) {
      const hasTools = (prompt.tools?.length ?? 0) > 0
      if (!hasTools && !mayReason && !hasToolTurns(prompt.messages)) return undefined
      const format = known ?? (await formatOf(signal))
      const given = format.areToolsNative ? prompt : putToolsIntoWords(prompt)
      return { format, prompt: given, reasoningStart: await startOf(format, given, signal) }
    },
  }
}

/** @returns undefined where the template refuses the probe @throws the signal's reason */
const rendered = async (
  engine: Pick<CompletionEngine, 'renderChat'>,
  prompt: ChatPrompt,
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    return await engine.renderChat(prompt, signal)
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
