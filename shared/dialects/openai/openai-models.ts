import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'

/** OpenAI's model object, with the further fields of ai.local's wire (`webm`): its clients read them. */
export interface OpenaiModel {
  readonly id: string
  readonly object: 'model'
  /** Unix seconds. */
  readonly created: number
  readonly owned_by: string
  readonly name: string
  readonly description: string
  readonly aliases: readonly string[]
  readonly deprecation: null
  readonly type: 'base'
  readonly capabilities: {
    readonly completion_chat: boolean
    readonly completion_fim: boolean
    readonly function_calling: boolean
    readonly vision: boolean
    readonly fine_tuning: boolean
    readonly embeddings: boolean
  }
}

export const encodeOpenaiModel = (card: ModelCard): OpenaiModel => ({
  id: card.id,
  object: 'model',
  created: Math.floor(Date.parse(card.modifiedAt) / 1000),
  owned_by: card.source,
  name: card.name,
  description: card.description ?? card.name,
  aliases: card.aliases,
  deprecation: null,
  type: 'base',
  capabilities: {
    completion_chat: card.capabilities.includes('chat'),
    completion_fim: false,
    function_calling: false,
    vision: false,
    fine_tuning: false,
    embeddings: card.capabilities.includes('embed'),
  },
})

/** The list holds what can be used: files with a defect are not in it. */
export const encodeOpenaiModelList = (
  cards: readonly ModelCard[],
): { object: 'list'; data: OpenaiModel[] } => ({
  object: 'list',
  data: cards.filter((card) => card.defect === undefined).map(encodeOpenaiModel),
})

export const openaiModelNotFound = (name: string): Fault =>
  new Fault(
    'model_not_found',
    `The model '${name.slice(0, 200)}' does not exist on this node. GET /v1/models lists what there is.`,
    {
      param: 'model',
    },
  )
