import { CLOSE_OBJECT, COLON, COMMA, JsonCursor, OPEN_OBJECT, QUOTE } from './json-cursor.ts'

/** What a body says about the work that it asks for, in whatever dialect. */
export interface WorkInBody {
  /** The longest answer that it allows, in tokens; undefined when it does not say, or not as a number. */
  readonly limitTokens: number | undefined
  /** OpenAI's `service_tier: "flex"`: it has time. */
  readonly hasTime: boolean
}

/** Longer bodies are not looked through: a guess is good enough, and the other requests must not wait for it. */
const LONGEST_BODY_BYTES = 64 * 1024
/** Longer values are none of these. */
const LONGEST_VALUE = 2048

const NOTHING: WorkInBody = { limitTokens: undefined, hasTime: false }

/** Names of the limit: of OpenAI's three APIs and Anthropic's. Ollama has it in its `options`. */
const LIMITS = new Set(['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'num_predict'])

/** Reads a few fields at the top level without parsing the rest. What is no sound JSON says nothing. */
export const findWork = (body: Uint8Array): WorkInBody =>
  body.length > LONGEST_BODY_BYTES ? NOTHING : { ...NOTHING, ...readFields(new JsonCursor(body)) }

const readFields = (cursor: JsonCursor): Partial<WorkInBody> => {
  const found: { limitTokens?: number; hasTime?: boolean } = {}
  if (cursor.next() !== OPEN_OBJECT) return found
  for (let start = cursor.next(); start === QUOTE; start = cursor.next()) {
    const key = cursor.readString()
    if (key === undefined || cursor.next() !== COLON) break
    if (isTelling(key)) Object.assign(found, readField(key, cursor.readValue() ?? ''))
    else if (!cursor.skipValue()) break
    const separator = cursor.next()
    if (separator === CLOSE_OBJECT || separator !== COMMA) break
  }
  return found
}

const isTelling = (key: string): boolean => LIMITS.has(key) || key === 'options' || key === 'service_tier'

const readField = (key: string, value: string): Partial<WorkInBody> => {
  if (value.length > LONGEST_VALUE) return {}
  if (LIMITS.has(key)) return readLimit(value)
  if (key === 'options') return readFields(new JsonCursor(new TextEncoder().encode(value)))
  return { hasTime: value.trim() === '"flex"' }
}

/** Ollama's −1 and −2 mean that there is none. */
const readLimit = (value: string): Partial<WorkInBody> => {
  const limitTokens = value === '' ? Number.NaN : Number(value)
  return Number.isInteger(limitTokens) && limitTokens >= 0 ? { limitTokens } : {}
}
