import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import { isRecord, wrongType } from '../wire-field.ts'

const MOST_NAMES = 256
const LONGEST_NAME = 200

const BACKENDS = ['local', 'connection', 'configuration']

/** Which model of this node answers a name of Anthropic's: ToolPiper's settings of `/v1/messages`. */
export interface ToolpiperAnthropicProxy {
  readonly enabled: boolean
  /** The model for names that begin with `claude`; null: the loaded or first one. */
  readonly backend: { readonly type: 'local'; readonly id: string | null }
  /** Models by the names that clients ask for, which may end early or have `*` in them. */
  readonly modelMap: Readonly<Record<string, string>>
  /** The model for every other name that is none of this node; null: there is none. */
  readonly fallbackModel: string | null
  readonly injectTools: false
}

export type ToolpiperAnthropicProxyPatch = Partial<ToolpiperAnthropicProxy>

export const DEFAULT_ANTHROPIC_PROXY: ToolpiperAnthropicProxy = {
  enabled: true,
  backend: { type: 'local', id: null },
  modelMap: {},
  fallbackModel: null,
  injectTools: false,
}

const nullableModel = { anyOf: [{ type: 'string', description: 'Id of a model.' }, { type: 'null' }] }

/** Body of `PATCH /v1/settings/anthropic-proxy`, for its documentation: `decode` checks it by hand, to say what is wrong. */
export const ToolpiperAnthropicProxyBody = Type.Unknown({
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: { type: 'boolean', description: 'False: names that begin with `claude` are refused with 403.' },
    backend: {
      type: 'object',
      required: ['type', 'id'],
      properties: { type: { enum: BACKENDS, description: 'Only `local` here.' }, id: nullableModel },
    },
    modelMap: {
      type: 'object',
      maxProperties: MOST_NAMES,
      additionalProperties: { type: 'string' },
      description: 'Replaces the map as a whole. A key is a name, its beginning, or a pattern with `*`.',
    },
    fallbackModel: nullableModel,
    injectTools: { const: false },
  },
})

/**
 * Settings as they are on the wire and in the file: all of them, or those that change.
 * @throws Fault `invalid_request` naming the field, `not_supported` for what ToolPiper can and this node cannot
 */
export const decodeToolpiperAnthropicProxy = (body: unknown): ToolpiperAnthropicProxyPatch => {
  if (!isRecord(body)) throw wrongType('settings', 'an object', body)
  const patch: Partial<Record<keyof ToolpiperAnthropicProxy, unknown>> = {}
  for (const [field, value] of Object.entries(body)) {
    if (!isField(field)) throw invalid(field.slice(0, 64), 'is no field of these settings')
    patch[field] = DECODE[field](value)
  }
  // Each field was decoded by its own function.
  return patch as ToolpiperAnthropicProxyPatch
}

const isField = (field: string): field is keyof ToolpiperAnthropicProxy => Object.hasOwn(DECODE, field)

const decodeEnabled = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw wrongType('enabled', 'a boolean', value)
  return value
}

const decodeBackend = (value: unknown): ToolpiperAnthropicProxy['backend'] => {
  if (!isRecord(value)) throw wrongType('backend', 'an object', value)
  const { id, type } = value
  if (typeof type !== 'string') throw wrongType('backend.type', 'a string', type)
  if (!BACKENDS.includes(type)) throw invalid('backend.type', `is none of ${BACKENDS.join(', ')}`)
  if (type !== 'local')
    throw notSupported(
      'backend.type',
      `Backends of type '${type}' are not there yet: only models of this node answer`,
    )
  return { type, id: decodeName(id ?? null, 'backend.id') }
}

const decodeModelMap = (value: unknown): ToolpiperAnthropicProxy['modelMap'] => {
  if (!isRecord(value)) throw wrongType('modelMap', 'an object', value)
  const entries = Object.entries(value)
  if (entries.length > MOST_NAMES) throw invalid('modelMap', `may have at most ${MOST_NAMES} names`)
  const names = entries.map(([name, model]) => {
    if (name.trim() === '' || name.length > LONGEST_NAME)
      throw invalid('modelMap', `has a name that is empty or longer than ${LONGEST_NAME} characters`)
    const param = `modelMap.${name.slice(0, 64)}`
    if (typeof model !== 'string') throw wrongType(param, 'the id of a model', model)
    return [name.trim(), decodeName(model, param) ?? ''] as const
  })
  return Object.fromEntries(names)
}

const decodeName = (value: unknown, param: string): string | null => {
  if (value === null) return null
  if (typeof value !== 'string') throw wrongType(param, 'the id of a model, or null', value)
  const name = value.trim()
  if (name !== '' && name.length <= LONGEST_NAME) return name
  throw invalid(param, `is empty or longer than ${LONGEST_NAME} characters`)
}

const decodeInjectTools = (value: unknown): false => {
  if (value === false) return value
  if (value !== true) throw wrongType('injectTools', 'a boolean', value)
  throw notSupported('injectTools', 'Tools of this node are not added to messages of the Anthropic proxy yet')
}

const DECODE = {
  enabled: decodeEnabled,
  backend: decodeBackend,
  modelMap: decodeModelMap,
  fallbackModel: (value) => decodeName(value, 'fallbackModel'),
  injectTools: decodeInjectTools,
} as const satisfies {
  readonly [Field in keyof ToolpiperAnthropicProxy]: (value: unknown) => ToolpiperAnthropicProxy[Field]
}

const invalid = (param: string, problem: string): Fault =>
  new Fault('invalid_request', `'${param}' ${problem}.`, { param })

const notSupported = (param: string, problem: string): Fault =>
  new Fault('not_supported', `${problem}.`, { param })
