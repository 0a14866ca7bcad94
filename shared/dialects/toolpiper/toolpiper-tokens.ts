import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import { isRecord, wrongType } from '../wire-field.ts'

const SCOPES = ['inference', 'manage', 'metrics', 'admin'] as const
const PERIODS = ['day', 'month', 'total'] as const
const PREFIXES = ['tp_', 'sk-skein-'] as const

const LONGEST_LABEL = 200
const LONGEST_TEXT = 300
const MOST_ENTRIES = 100
const MOST_REQUESTS_PER_MINUTE = 1_000_000
const MOST_TOKENS = 1_000_000_000_000

/** What can be said of a token, by its name on the wire. Models and routes are as the caller wrote them. */
export interface ToolpiperTokenTraits {
  readonly label: string
  readonly scopes: readonly (typeof SCOPES)[number][]
  readonly origins: readonly string[]
  readonly routes: readonly string[]
  readonly models: readonly string[]
  readonly endpointId: string | null
  /** ISO 8601 UTC. */
  readonly expiresAt: string | null
  readonly requestsPerMinute: number | null
  readonly tokenBudget: { readonly tokens: number; readonly period: (typeof PERIODS)[number] } | null
}

export interface ToolpiperNewToken {
  readonly traits: ToolpiperTokenTraits
  /** Of the secret. */
  readonly prefix: (typeof PREFIXES)[number]
}

/** A token as it is shown: never its secret. */
export interface ToolpiperToken extends ToolpiperTokenTraits {
  readonly id: string
  readonly masked: string
  readonly createdAt: string
  /** ISO 8601 UTC; null: never on this node. */
  readonly lastUsedAt: string | null
  /** Prompt and answer, in the running period of its budget; null without a budget. */
  readonly tokensUsed: number | null
}

const OF_A_NEW_ONE: Omit<ToolpiperTokenTraits, 'label'> = {
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
}

const texts = (description: string) => ({
  type: 'array',
  maxItems: MOST_ENTRIES,
  items: { type: 'string' },
  description,
})

const PROPERTIES = {
  label: { type: 'string', maxLength: LONGEST_LABEL },
  scopes: { type: 'array', items: { enum: SCOPES }, description: 'What it may; `inference` when absent.' },
  origins: texts('Web origins whose pages may use it, such as `https://app.example`; none: no page.'),
  routes: texts('Templates of the routes that it is for, such as `/v1/chat/completions`; none: all.'),
  models: texts('The models that it is for; none: all.'),
  endpointId: {
    anyOf: [{ type: 'string' }, { type: 'null' }],
    description: 'The model that answers whatever model is asked for; null unbinds.',
  },
  expiresAt: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
  requestsPerMinute: { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }] },
  tokenBudget: {
    anyOf: [
      { type: 'object', properties: { tokens: { type: 'integer' }, period: { enum: PERIODS } } },
      { type: 'null' },
    ],
    description: 'Tokens of prompts and answers in a day or month (UTC), or in all.',
  },
}

/** Body of `PATCH /v1/tokens/{id}`, for its documentation: `decode` checks it by hand, to say what is wrong. */
export const ToolpiperTokenPatchBody = Type.Unknown({
  type: 'object',
  additionalProperties: false,
  properties: PROPERTIES,
})

/** Body of `POST /v1/tokens`. */
export const ToolpiperTokenBody = Type.Unknown({
  type: 'object',
  additionalProperties: false,
  required: ['label'],
  properties: {
    ...PROPERTIES,
    prefix: { enum: PREFIXES, description: 'How the secret begins; `tp_` when absent.' },
  },
})

/** @throws Fault `invalid_request` naming the field */
export const decodeToolpiperToken = (body: unknown): ToolpiperNewToken => {
  if (!isRecord(body)) throw wrongType('token', 'an object', body)
  const { prefix = PREFIXES[0], ...rest } = body
  const { label, ...traits } = decodeToolpiperTokenPatch(rest)
  if (label === undefined) throw invalid('label', 'is missing: say what the token is for')
  return { traits: { ...OF_A_NEW_ONE, ...traits, label }, prefix: oneOf(PREFIXES, prefix, 'prefix') }
}

/** Those fields that change. @throws Fault `invalid_request` naming the field */
export const decodeToolpiperTokenPatch = (body: unknown): Partial<ToolpiperTokenTraits> => {
  if (!isRecord(body)) throw wrongType('token', 'an object', body)
  const traits: Partial<Record<keyof ToolpiperTokenTraits, unknown>> = {}
  for (const [field, value] of Object.entries(body)) {
    // A limit that was misspelt must not become a token without it.
    if (!isTrait(field)) throw invalid(field.slice(0, 64), `is no field of a token`)
    traits[field] = DECODE[field](value)
  }
  // Each field was decoded by its own function.
  return traits as Partial<ToolpiperTokenTraits>
}

const isTrait = (field: string): field is keyof ToolpiperTokenTraits => Object.hasOwn(DECODE, field)

const decodeLabel = (value: unknown): string => {
  const label = text('label', value, LONGEST_LABEL)
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(label)) throw invalid('label', 'has control characters')
  return label
}

const decodeScopes = (value: unknown): ToolpiperTokenTraits['scopes'] => {
  const scopes = list('scopes', value).map((scope, index) => oneOf(SCOPES, scope, `scopes[${index}]`))
  if (scopes.length === 0) throw invalid('scopes', `is empty: a token may ${SCOPES.join(', ')}`)
  return [...new Set(scopes)]
}

const decodeTexts =
  (param: string, check: (entry: string, param: string) => string) =>
  (value: unknown): readonly string[] => {
    const entries = list(param, value).map((entry, index) => {
      const place = `${param}[${index}]`
      return check(text(place, entry, LONGEST_TEXT), place)
    })
    return [...new Set(entries)]
  }

/** Scheme, host and port: what a browser sends as `Origin`, to the letter, or the page would never be let in. */
const decodeOrigin = (origin: string, param: string): string => {
  const problem = `is '${origin}', which is no origin: write it like https://app.example or http://192.168.1.5:3000`
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@\\]+$/i.test(origin) || !URL.canParse(origin))
    throw invalid(param, problem)
  const { origin: parsed } = new URL(origin)
  // Apps have schemes of their own (app://…), for which there is no origin.
  const isWeb = /^https?:/i.test(origin)
  if (isWeb && parsed !== origin.toLowerCase())
    throw invalid(param, `is '${origin}', which a browser would send as '${parsed}'`)
  return isWeb ? parsed : origin
}

const decodeRoute = (route: string, param: string): string => {
  if (!route.startsWith('/')) throw invalid(param, `is '${route}': a route begins with '/'`)
  return route
}

const decodeEndpoint = (value: unknown): string | null =>
  value === null ? null : text('endpointId', value, LONGEST_TEXT)

const ISO_DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

const decodeExpiry = (value: unknown): string | null => {
  if (value === null) return null
  if (typeof value !== 'string') throw wrongType('expiresAt', 'a date as a string, or null', value)
  const at = ISO_DATE.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at))
    throw invalid('expiresAt', 'is no date: write it like 2027-01-31 or 2027-01-31T12:00:00Z')
  return new Date(at).toISOString()
}

const decodeRate = (value: unknown): number | null =>
  value === null ? null : whole('requestsPerMinute', value, { least: 1, most: MOST_REQUESTS_PER_MINUTE })

const decodeBudget = (value: unknown): ToolpiperTokenTraits['tokenBudget'] => {
  if (value === null) return null
  if (!isRecord(value)) throw wrongType('tokenBudget', 'an object, or null', value)
  const { period, tokens, ...rest } = value
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw invalid(`tokenBudget.${unknown.slice(0, 64)}`, 'is no field of a budget')
  return {
    tokens: whole('tokenBudget.tokens', tokens, { least: 1, most: MOST_TOKENS }),
    period: oneOf(PERIODS, period, 'tokenBudget.period'),
  }
}

const DECODE = {
  label: decodeLabel,
  scopes: decodeScopes,
  origins: decodeTexts('origins', decodeOrigin),
  routes: decodeTexts('routes', decodeRoute),
  models: decodeTexts('models', (name) => name),
  endpointId: decodeEndpoint,
  expiresAt: decodeExpiry,
  requestsPerMinute: decodeRate,
  tokenBudget: decodeBudget,
} as const satisfies {
  readonly [Field in keyof ToolpiperTokenTraits]: (value: unknown) => ToolpiperTokenTraits[Field]
}

const list = (param: string, value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw wrongType(param, 'an array of strings', value)
  if (value.length > MOST_ENTRIES) throw invalid(param, `may have at most ${MOST_ENTRIES} entries`)
  return value
}

const text = (param: string, value: unknown, longest: number): string => {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  const trimmed = value.trim()
  if (trimmed === '') throw invalid(param, 'is empty')
  if (trimmed.length > longest) throw invalid(param, `has more than ${longest} characters`)
  if (!trimmed.isWellFormed()) throw invalid(param, 'is not valid Unicode')
  return trimmed
}

const whole = (
  param: string,
  value: unknown,
  { least, most }: { readonly least: number; readonly most: number },
): number => {
  if (typeof value !== 'number') throw wrongType(param, 'a whole number', value)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(param, `must be a whole number from ${least} to ${most}`)
}

const oneOf = <Name extends string>(names: readonly Name[], value: unknown, param: string): Name => {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  const name = names.find((known) => known === value)
  if (name === undefined) throw invalid(param, `is none of ${names.join(', ')}`)
  return name
}

const invalid = (param: string, problem: string): Fault =>
  new Fault('invalid_request', `'${param}' ${problem}.`, { param })
