import { createAnswerParser } from './answer-parser.ts'
import { CALL_FORMATS, HARMONY, HERMES } from './call-formats.ts'
import type { CallFormat, ChatFormat, ReasoningFormat, ReasoningStart } from './chat-format.ts'
import { PROBE_CALL, PROBE_QUESTION, PROBE_RESULT, PROBE_TOOL } from './chat-probes.ts'
import { reasoningFormatOf } from './reasoning-formats.ts'

/** What the template made of the probes; undefined where it refused. */
export interface RenderedProbes {
  readonly question: string | undefined
  readonly call: string | undefined
}

/** Channels of gpt-oss: without these its text cannot be told from its reasoning. */
const isHarmony = (chatTemplate: string): boolean =>
  chatTemplate.includes('<|channel|>') &&
  chatTemplate.includes('<|message|>') &&
  chatTemplate.includes('analysis')

/** Whether a model may write more than text when it is told of no tools. */
export const mayReasonByTemplate = (chatTemplate: string): boolean =>
  isHarmony(chatTemplate) || reasoningFormatOf(chatTemplate) !== undefined

/**
 * The form in which a model was trained to call and to reason.
 *
 * Its calls are in the form whose parser reads, in what the template makes of a call, that very call. A template that
 * leaves out the tool, the call or the result knows no tools.
 */
export const detectChatFormat = (chatTemplate: string, probes: RenderedProbes): ChatFormat => {
  const reasoning = reasoningFormatOf(chatTemplate)
  const harmony = isHarmony(chatTemplate) ? HARMONY : undefined
  const native = knowsTools(probes) ? (harmony ?? nativeCallFormat(probes)) : undefined
  return {
    calls: native ?? harmony ?? HERMES,
    areToolsNative: native !== undefined,
    ...(reasoning === undefined || harmony !== undefined ? {} : { reasoning }),
  }
}

const knowsTools = ({ question, call }: RenderedProbes): boolean =>
  question?.includes(PROBE_CALL.name) === true && call?.includes(PROBE_RESULT) === true

const nativeCallFormat = ({ question, call }: RenderedProbes): CallFormat | undefined => {
  if (question === undefined || call === undefined) return undefined
  const result = call.lastIndexOf(PROBE_RESULT)
  const turn = call.slice(commonLength(question, call), result === -1 ? call.length : result)
  return CALL_FORMATS.find((calls) => readsTheCall(calls, turn))
}

const commonLength = (first: string, second: string): number => {
  let length = 0
  while (length < first.length && first.charAt(length) === second.charAt(length)) length += 1
  // Not within a marker that both have in part.
  const marker = Math.max(first.lastIndexOf('<', length), first.lastIndexOf('[', length))
  return marker !== -1 && length - marker <= LONGEST_MARKER && !/[>\]]/.test(first.slice(marker, length))
    ? marker
    : length
}

const LONGEST_MARKER = 40

const readsTheCall = (calls: CallFormat, turn: string): boolean => {
  const parser = createAnswerParser({
    format: { calls, areToolsNative: true },
    reasoningStart: 'none',
    tools: [PROBE_TOOL],
    makeCallId: () => '',
  })
  const events = [...parser.push({ text: turn, tokens: 1 }), ...parser.finish()]
  const names = events.flatMap((event) => (event.type === 'tool-call-start' ? [event.name] : []))
  const given = events.map((event) => (event.type === 'tool-call-delta' ? event.text : '')).join('')
  return parser.wholeCalls === 1 && names.join() === PROBE_CALL.name && isSameJson(given)
}

const isSameJson = (given: string): boolean => {
  try {
    return JSON.stringify(JSON.parse(given)) === PROBE_CALL.arguments
  } catch {
    return false
  }
}

/** How an answer begins, by the end of the prompt behind what was asked. */
export const reasoningStartOf = (
  { open, close }: ReasoningFormat,
  rendered: string | undefined,
): ReasoningStart => {
  if (rendered === undefined) return 'maybe'
  const asked = rendered.lastIndexOf(PROBE_QUESTION)
  const end = rendered.slice(asked === -1 ? 0 : asked)
  const opened = end.lastIndexOf(open)
  const closed = end.lastIndexOf(close)
  if (closed > opened) return 'none'
  return opened === -1 ? 'maybe' : 'open'
}
