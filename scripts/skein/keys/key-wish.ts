import { InvalidArgumentError } from 'commander'
import type { KeyWish } from './key-book.ts'

/** What `skein key add` and `skein key change` can say of a key. */
export interface KeyWishOptions {
  readonly label?: string
  readonly scope?: readonly string[]
  readonly model?: readonly string[]
  readonly route?: readonly string[]
  readonly origin?: readonly string[]
  readonly bind?: string
  readonly expires?: string
  readonly rate?: number | NoLimit
  readonly budget?: TokenBudget | NoLimit
}

interface TokenBudget {
  readonly tokens: number
  readonly period: string
}

/** The word that takes a limit away. (Commander makes an empty text of null.) */
const NONE = 'none'
type NoLimit = typeof NONE

/** Options as fields of `/v1/tokens`; those that were not given are left out. */
export const keyWishOf = (options: KeyWishOptions): KeyWish => {
  const wish = {
    label: options.label,
    scopes: options.scope,
    models: options.model,
    routes: options.route,
    origins: options.origin,
    endpointId: options.bind,
    expiresAt: options.expires,
    requestsPerMinute: options.rate,
    tokenBudget: options.budget,
  }
  const said = Object.entries(wish).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    said.map(([field, value]) => [field, value === NONE && field !== 'label' ? null : value]),
  )
}

/** For an option that may come several times, with several names each: `--scope inference,metrics`. */
export const collectNames = (text: string, before: readonly string[] = []): readonly string[] => {
  const names = text.split(',').flatMap((name) => name.trim() || [])
  return names.length === 1 && names[0] === NONE ? [] : [...before, ...names]
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** `30d`, `12h`, `2w`, `90m`, or a date; ISO 8601. @throws InvalidArgumentError as commander wants it */
export const parseExpiry = (text: string, now: number): string => {
  if (text === NONE) return NONE
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? []
  if (count !== undefined && isUnit(unit)) return new Date(now + Number(count) * UNIT_MS[unit]).toISOString()
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new InvalidArgumentError('It must be like 30d, 12h or 2027-01-31, or none.')
}

const isUnit = (unit: string | undefined): unit is keyof typeof UNIT_MS =>
  unit !== undefined && Object.hasOwn(UNIT_MS, unit)

/** Requests per minute. */
export const parseRate = (text: string): number | NoLimit => {
  if (text === NONE) return NONE
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a number of requests per minute, or none.')
}

/** `100000/day`, `2000000/month` or `500/total`. */
export const parseBudget = (text: string): TokenBudget | NoLimit => {
  if (text === NONE) return NONE
  const [, tokens, period] = /^([\d_]{1,15})\/(day|month|total)$/.exec(text) ?? []
  if (tokens !== undefined && period !== undefined)
    return { tokens: Number(tokens.replaceAll('_', '')), period }
  throw new InvalidArgumentError('It must be like 100000/day, 2000000/month or 500/total, or none.')
}
