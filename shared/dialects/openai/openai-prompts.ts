import { Fault } from '@shared/fault/fault.ts'
import { isTokenList, wrongType } from '../wire-field.ts'

/** A text or a list of token ids, as OpenAI's completion and embedding routes take them. */
export type TextOrTokens =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tokens'; readonly tokens: readonly number[] }

const EXPECTED = 'a string, an array of strings, an array of token ids or an array of such arrays'

/** @throws Fault naming the entry that is neither text nor token ids, or the limit that was passed */
export const decodeOpenaiPrompts = (
  param: string,
  value: unknown,
  limit: number,
): readonly TextOrTokens[] => {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  if (!Array.isArray(value) || value.length === 0) throw wrongType(param, EXPECTED, value)
  if (isTokenList(value)) return [{ type: 'tokens', tokens: value }]
  if (value.length > limit) {
    throw new Fault('invalid_request', `'${param}' may have at most ${limit} entries, got ${value.length}.`, {
      param,
    })
  }
  return value.map((entry: unknown, index): TextOrTokens => {
    if (typeof entry === 'string') return { type: 'text', text: entry }
    if (isTokenList(entry) && entry.length > 0) return { type: 'tokens', tokens: entry }
    throw wrongType(`${param}[${index}]`, 'a string or an array of token ids', entry)
  })
}
