import { findModel } from '@shared/dialects/model-name.ts'
import { decodeToolpiperAnthropicProxy } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import type {
  ToolpiperAnthropicProxy,
  ToolpiperAnthropicProxyPatch,
} from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelsElsewhere } from '../models/models-elsewhere.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ProxySettings } from './proxy-settings.ts'

export interface ChangeProxySettingsPorts {
  readonly settings: ProxySettings
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
  /** What other nodes have may answer as well; absent in no cluster. */
  readonly elsewhere?: Pick<ModelsElsewhere, 'withOwn'>
}

type Sources = Pick<ChangeProxySettingsPorts, 'models' | 'elsewhere'>

/**
 * Changes the fields of a patch and returns all settings. Models are kept by their ids.
 * @throws Fault `invalid_request` or `not_supported` naming the field, `model_not_found` naming the model
 */
export const changeProxySettings = async (
  { settings, ...sources }: ChangeProxySettingsPorts,
  body: unknown,
): Promise<ToolpiperAnthropicProxy> => {
  const patch = decodeToolpiperAnthropicProxy(body)
  if (Object.keys(patch).some((field) => NAMES_MODELS.has(field))) await sources.models.refresh()
  return settings.change(withIds(patch, sources))
}

const NAMES_MODELS = new Set(['backend', 'modelMap', 'fallbackModel'])

const withIds = (
  { backend, fallbackModel, modelMap, ...rest }: ToolpiperAnthropicProxyPatch,
  sources: Sources,
): ToolpiperAnthropicProxyPatch => {
  const idOf = (name: string, param: string): string => modelIdOf(name, param, sources)
  const orNull = (name: string | null, param: string): string | null =>
    name === null ? null : idOf(name, param)
  return {
    ...rest,
    ...(backend === undefined ? {} : { backend: { ...backend, id: orNull(backend.id, 'backend.id') } }),
    ...(fallbackModel === undefined ? {} : { fallbackModel: orNull(fallbackModel, 'fallbackModel') }),
    ...(modelMap === undefined
      ? {}
      : {
          modelMap: Object.fromEntries(
            Object.entries(modelMap).map(([name, model]) => [
              name,
              idOf(model, `modelMap.${name.slice(0, 64)}`),
            ]),
          ),
        }),
  }
}

const modelIdOf = (name: string, param: string, { elsewhere, models: { cards = [] } }: Sources): string => {
  const model = findModel(name, elsewhere?.withOwn(cards) ?? cards)
  if (model === undefined) {
    throw new Fault(
      'model_not_found',
      `'${param}' is '${name}', which does not exist here. GET /v1/models lists what there is.`,
      { param, details: { model: name } },
    )
  }
  if (model.capabilities.includes('chat')) return model.id
  throw new Fault('invalid_request', `'${param}' is '${model.id}', a model that cannot chat.`, { param })
}
