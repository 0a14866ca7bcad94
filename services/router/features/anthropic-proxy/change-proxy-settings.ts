import { findModel } from '@shared/dialects/model-name.ts'
import { decodeToolpiperAnthropicProxy } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import type {
  ToolpiperAnthropicProxy,
  ToolpiperAnthropicProxyPatch,
} from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { ProxySettings } from './proxy-settings.ts'

export interface ChangeProxySettingsPorts {
  readonly settings: ProxySettings
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
}

/**
 * Changes the fields of a patch and returns all settings. Models are kept by their ids.
 * @throws Fault `invalid_request` or `not_supported` naming the field, `model_not_found` naming the model
 */
export const changeProxySettings = async (
  { models, settings }: ChangeProxySettingsPorts,
  body: unknown,
): Promise<ToolpiperAnthropicProxy> => {
  const patch = decodeToolpiperAnthropicProxy(body)
  if (Object.keys(patch).some((field) => NAMES_MODELS.has(field))) await models.refresh()
  return settings.change(withIds(patch, models))
}

const NAMES_MODELS = new Set(['backend', 'modelMap', 'fallbackModel'])

const withIds = (
  { backend, fallbackModel, modelMap, ...rest }: ToolpiperAnthropicProxyPatch,
  models: ChangeProxySettingsPorts['models'],
): ToolpiperAnthropicProxyPatch => {
  const idOf = (name: string, param: string): string => modelIdOf(name, param, models)
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

const modelIdOf = (name: string, param: string, models: ChangeProxySettingsPorts['models']): string => {
  const model = findModel(name, models.cards ?? [])
  if (model === undefined) {
    throw new Fault(
      'model_not_found',
      `'${param}' is '${name}', which does not exist on this node. GET /v1/models lists what there is.`,
      { param, details: { model: name } },
    )
  }
  if (model.capabilities.includes('chat')) return model.id
  throw new Fault('invalid_request', `'${param}' is '${model.id}', a model that cannot chat.`, { param })
}
