import { Fault } from '@shared/fault/fault.ts'

const MS_PER_UNIT = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const satisfies Record<string, number>

const LONGEST_TEXT = 64
const SECONDS = /^[+-]?\d+(\.\d+)?$/
const DURATION = /^[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/
const PARTS = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g

/**
 * Ollama's `keep_alive`: seconds, or a duration as Go writes it (`5m`, `1h30m`, `-1`), in milliseconds; −1 for all that
 * is below zero (the model stays), undefined when nothing was said.
 * @throws Fault `invalid_request`
 */
export const decodeOllamaKeepAlive = (value: unknown): number | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  const durationMs = typeof value === 'number' ? value * 1000 : durationOf(value)
  if (durationMs === undefined || !Number.isFinite(durationMs)) {
    throw new Fault(
      'invalid_request',
      "'keep_alive' takes a number of seconds or a duration such as '5m', '1h30m' or '-1'.",
      { param: 'keep_alive' },
    )
  }
  return durationMs < 0 ? -1 : durationMs
}

const durationOf = (value: unknown): number | undefined => {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) return undefined
  const text = value.trim()
  if (SECONDS.test(text)) return Number(text) * 1000
  if (!DURATION.test(text)) return undefined
  let durationMs = 0
  for (const [, amount, unit] of text.matchAll(PARTS)) {
    // The pattern names no other unit.
    durationMs += Number(amount) * MS_PER_UNIT[unit as keyof typeof MS_PER_UNIT]
  }
  return text.startsWith('-') ? -durationMs : durationMs
}
