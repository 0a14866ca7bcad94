import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { ollamaCapabilities } from './ollama-capabilities.ts'

/** Body of `POST /api/show`; `name` is the old word for `model`. */
export const OllamaShowBody = Type.Object(
  {
    model: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    verbose: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: true, title: 'ShowRequest' },
)

export type OllamaShowBody = Static<typeof OllamaShowBody>

/** What Ollama's wire says of a model beyond its card. */
export interface OllamaModelView {
  readonly card: ModelCard
  /** At least 12 hexadecimal digits: Ollama's command line cuts them off without looking. */
  readonly digest: string
  /** The file's metadata by its keys. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Ollama's own texts, where the model comes from its cache. */
  readonly license?: string
  readonly template?: string
  readonly parameters?: string
}

export interface OllamaRunningView extends OllamaModelView {
  readonly residentBytes: number
  /** ISO 8601; null: it stays. */
  readonly expiresAt: string | null
  readonly contextTokens: number
}

export interface OllamaTensor {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
}

/** Lists longer than this are null in `model_info`, as Ollama leaves out vocabularies. */
const LONGEST_SHOWN_LIST = 5
/** Its clients read a time; this is the farthest that Ollama itself gives to a model that stays. */
const NEVER = '2318-01-01T00:00:00Z'

/** @throws Fault `invalid_request` for overrides, which would have no effect here, and without a name */
export const decodeOllamaShow = (
  body: OllamaShowBody,
): { readonly model: string; readonly isVerbose: boolean } => {
  for (const field of ['system', 'template', 'options'] as const) {
    const value: unknown = body[field as keyof OllamaShowBody]
    if (value !== undefined && value !== null && value !== '' && Object.keys(value).length > 0)
      throw new Fault('invalid_request', `'${field}' is not supported by show.`, { param: field })
  }
  const model = (body.model ?? body.name ?? '').trim()
  if (model === '') throw new Fault('invalid_request', 'model is required', { param: 'model' })
  return { model, isVerbose: body.verbose ?? false }
}

export const encodeOllamaTags = (views: readonly OllamaModelView[]) => ({
  models: views.filter(({ card }) => card.defect === undefined).map(encodeListed),
})

export const encodeOllamaPs = (views: readonly OllamaRunningView[]) => ({
  models: views.map((view) => {
    const { modified_at: _modifiedAt, capabilities: _capabilities, ...listed } = encodeListed(view)
    return {
      ...listed,
      size: view.residentBytes,
      size_vram: 0,
      expires_at: view.expiresAt ?? NEVER,
      context_length: view.contextTokens,
    }
  }),
})

export const encodeOllamaShow = (view: OllamaModelView, tensors?: readonly OllamaTensor[]) => {
  const { card, metadata } = view
  const template = view.template ?? card.chatTemplate ?? ''
  const license = view.license ?? card.license ?? ''
  const parameters = view.parameters ?? ''
  return {
    license,
    modelfile: modelfileOf({ name: ollamaName(card), template, parameters, license }),
    parameters,
    template,
    details: detailsOf(card),
    messages: [],
    model_info: { ...shownMetadata(metadata), 'general.parameter_count': card.parameterCount },
    ...(tensors === undefined ? {} : { tensors }),
    capabilities: ollamaCapabilities(card, metadata),
    modified_at: card.modifiedAt,
  }
}

export const ollamaModelNotFound = (name: string): Fault =>
  new Fault('model_not_found', `model '${name.slice(0, 200)}' not found`, { param: 'model' })

/** Ollama writes a tag behind every name. */
export const ollamaName = ({ id }: Pick<ModelCard, 'id'>): string =>
  id.slice(id.indexOf('/') + 1).includes(':') ? id : `${id}:latest`

const encodeListed = ({ card, digest, metadata }: OllamaModelView) => {
  const name = ollamaName(card)
  return {
    name,
    model: name,
    modified_at: card.modifiedAt,
    size: card.sizeBytes,
    digest,
    details: detailsOf(card),
    capabilities: ollamaCapabilities(card, metadata),
  }
}

const detailsOf = (card: ModelCard) => ({
  parent_model: '',
  format: card.format,
  family: card.architecture,
  families: [card.architecture],
  parameter_size: sizeText(card.parameterCount),
  quantization_level: card.quantization,
})

/** `1.2B`, `494.03M`, `7B`: as Ollama rounds. */
const sizeText = (parameters: number): string => {
  const inUnits = (unit: number, digits: number): string => {
    const value = parameters / unit
    return value.toFixed(Number.isInteger(value) ? 0 : digits)
  }
  if (parameters >= 1e9) return `${inUnits(1e9, 1)}B`
  if (parameters >= 1e6) return `${inUnits(1e6, 2)}M`
  return parameters >= 1e3 ? `${(parameters / 1e3).toFixed(0)}K` : String(parameters)
}

const shownMetadata = (metadata: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter(([key]) => key !== 'tokenizer.chat_template')
      .map(([key, value]) => [key, Array.isArray(value) && value.length > LONGEST_SHOWN_LIST ? null : value]),
  )

const modelfileOf = (texts: {
  readonly name: string
  readonly template: string
  readonly parameters: string
  readonly license: string
}): string =>
  [
    `FROM ${texts.name}`,
    ...(texts.template === '' ? [] : [`TEMPLATE """${texts.template}"""`]),
    ...texts.parameters
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => `PARAMETER ${line}`),
    ...(texts.license === '' ? [] : [`LICENSE """${texts.license}"""`]),
    '',
  ].join('\n')
