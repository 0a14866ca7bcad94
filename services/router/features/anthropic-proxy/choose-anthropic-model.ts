import { findModel } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { anthropicTarget, isClaudeName } from '../../policy/anthropic-model-name.ts'
import type { AnthropicTarget } from '../../policy/anthropic-model-name.ts'
import type { ChooseModel } from '../models/choose-model.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ProxySettings } from './proxy-settings.ts'

/** Longer than any key of the settings; names may be as long as a body. */
const LONGEST_NAME = 256

export interface ChooseAnthropicModelPorts {
  readonly chooseModel: ChooseModel
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
  readonly settings: Pick<ProxySettings, 'current'>
}

/**
 * Chooses models for requests in Anthropic's dialect, whose clients ask for Claude: a model of that name on this node, else
 * the one of the settings. All other dialects: as ever.
 * @throws Fault `forbidden` while the proxy is switched off, and what `chooseModel` throws
 */
export const createChooseAnthropicModel =
  ({ chooseModel, models, settings }: ChooseAnthropicModelPorts): ChooseModel =>
  async (asked, capability, dialect) => {
    const name = asked?.trim() ?? ''
    const isName = name !== '' && name.length <= LONGEST_NAME
    if (dialect !== 'anthropic' || !isName || (await isHere(name, models)))
      return chooseModel(asked, capability, dialect)
    const choose = (model: string): Promise<ModelId> => chooseModel(model, capability, dialect)
    // A model of this name may have come just now; nobody gives one the name of Claude a moment before.
    const known = isClaudeName(name) ? undefined : await ifThere(choose(name))
    return known ?? chooseTarget(name, anthropicTarget(name, settings.current), choose)
  }

const isHere = async (name: string, models: ChooseAnthropicModelPorts['models']): Promise<boolean> => {
  if (models.cards === undefined) await models.refresh()
  return findModel(name, models.cards ?? []) !== undefined
}

const chooseTarget = async (
  name: string,
  target: AnthropicTarget,
  choose: (model: string) => Promise<ModelId>,
): Promise<ModelId> => {
  if (target.type === 'nobody') return choose(name)
  if (target.type === 'default') return choose('')
  const asked = `'${name.slice(0, 200)}'`
  if (target.type === 'switched-off') {
    throw new Fault(
      'forbidden',
      `The Anthropic proxy of this node is switched off, so ${asked} is not answered. PATCH /v1/settings/anthropic-proxy with {"enabled": true}, or ask for a model of GET /v1/models.`,
      { param: 'model' },
    )
  }
  const { model } = target
  const chosen = await ifThere(choose(model))
  if (chosen !== undefined) return chosen
  throw new Fault(
    'model_not_found',
    `The settings of the Anthropic proxy let '${model}' answer for ${asked}, but this node does not have it. PATCH /v1/settings/anthropic-proxy changes them.`,
    { param: 'model', details: { model } },
  )
}

/** Undefined when there is no model of that name. */
const ifThere = (chosen: Promise<ModelId>): Promise<ModelId | undefined> =>
  chosen.catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'model_not_found') return undefined
    throw error
  })
