import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'

const DEFAULT_LIMIT = 20
const LARGEST_LIMIT = 1000

/** Anthropic's model object. What this node cannot know beforehand is null, as it may be. */
export interface AnthropicModel {
  readonly type: 'model'
  readonly id: string
  readonly display_name: string
  /** ISO 8601 UTC. */
  readonly created_at: string
  readonly lifecycle: 'active'
  readonly capabilities: null
  readonly deprecated_at: null
  readonly line: null
  /** How much context a model gets is decided when it is opened. */
  readonly max_input_tokens: null
  readonly max_tokens: null
  readonly retires_at: null
}

export interface AnthropicPage<Item> {
  readonly data: readonly Item[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
}

export const encodeAnthropicModel = (card: ModelCard): AnthropicModel => ({
  type: 'model',
  id: card.id,
  display_name: card.name,
  created_at: card.modifiedAt,
  lifecycle: 'active',
  capabilities: null,
  deprecated_at: null,
  line: null,
  max_input_tokens: null,
  max_tokens: null,
  retires_at: null,
})

/** What Anthropic's clients can use: models that chat and have no defect. */
export const isAnthropicModel = ({ capabilities, defect }: ModelCard): boolean =>
  defect === undefined && capabilities.includes('chat')

/** One page of the list of models. @throws Fault as `anthropicPage` */
export const encodeAnthropicModelPage = (
  cards: readonly ModelCard[],
  query: Readonly<Record<string, unknown>>,
): AnthropicPage<AnthropicModel> =>
  anthropicPage(cards.filter(isAnthropicModel).map(encodeAnthropicModel), query)

/**
 * One page of a list, forwards (`after_id`) or backwards (`before_id`).
 * @throws Fault `invalid_request` for a limit outside 1…1000, or an id that is not in the list
 */
export const anthropicPage = <Item extends { readonly id: string }>(
  models: readonly Item[],
  query: Readonly<Record<string, unknown>>,
): AnthropicPage<Item> => {
  const limit = limitOf(query['limit'])
  const before = indexOf(models, query['before_id'], 'before_id')
  const start = before === undefined ? (indexOf(models, query['after_id'], 'after_id') ?? -1) + 1 : 0
  const rest = models.slice(start, before)
  const page = before === undefined ? rest.slice(0, limit) : rest.slice(-limit)
  return {
    data: page,
    has_more: rest.length > limit,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  }
}

const indexOf = (
  models: readonly { readonly id: string }[],
  id: unknown,
  param: string,
): number | undefined => {
  if (id === undefined || id === '') return undefined
  const index = models.findIndex((model) => model.id === id)
  if (index >= 0) return index
  throw new Fault('invalid_request', `'${param}' names no model of this list.`, { param })
}

const limitOf = (value: unknown): number => {
  if (value === undefined || value === '') return DEFAULT_LIMIT
  const limit = Number(value)
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_LIMIT) return limit
  throw new Fault('invalid_request', `'limit' must be a whole number from 1 to ${LARGEST_LIMIT}.`, {
    param: 'limit',
  })
}
