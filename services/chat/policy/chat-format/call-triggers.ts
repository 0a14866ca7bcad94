import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import type { ChatFormat, MarkedCallFormat, ReasoningStart } from './chat-format.ts'
import { callsOpening, isBareForm } from './read-calls.ts'

/** Where a grammar begins to govern: see `GrammarTrigger` of the engines. */
export type CallTrigger =
  | {
      readonly type: 'text'
      readonly text: string
      /** It counts only outside of this block, which comes first if at all. */
      readonly outside?: { readonly open: string; readonly close: string; readonly isOpen: boolean }
    }
  | { readonly type: 'pattern'; readonly pattern: string }

/**
 * What tells that calls begin. A model that reasons may write of calls without meaning one, so that its marker counts
 * only after the reasoning.
 */
export const callTriggers = (
  { calls, reasoning }: ChatFormat,
  reasoningStart: ReasoningStart,
  tools: readonly ToolDefinition[],
): readonly CallTrigger[] => {
  if (calls.type === 'harmony')
    return [
      { type: 'text', text: '<|channel|>commentary to=functions.' },
      { type: 'pattern', pattern: String.raw`(?:^|<\|start\|>assistant)( to=functions\.)` },
    ]
  if (isBareForm(calls)) return [{ type: 'pattern', pattern: bareCallPattern(calls, tools) }]
  const [text = ''] = callsOpening(calls)
  if (reasoning === undefined || reasoningStart === 'none') return [{ type: 'text', text }]
  const { close, open } = reasoning
  return [{ type: 'text', text, outside: { open, close, isOpen: reasoningStart === 'open' } }]
}

/** Without a marker only the name of a tool tells a call from any other JSON. */
const bareCallPattern = ({ body, text }: MarkedCallFormat, tools: readonly ToolDefinition[]): string => {
  const key = body.type === 'envelope' ? body.nameKey : ''
  const names = tools.map(({ name }) => escaped(JSON.stringify(name))).join('|')
  const before = text === undefined ? '' : `(?:${escaped(text.open)})?`
  return String.raw`^\s*${before}\s*(\{\s*"${escaped(key)}"\s*:\s*(?:${names}))`
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
