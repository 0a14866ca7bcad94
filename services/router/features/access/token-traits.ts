import { findModel } from '@shared/dialects/model-name.ts'
import type { ToolpiperTokenTraits } from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelsElsewhere } from '../models/models-elsewhere.ts'
import type { NodeModels } from '../models/node-models.ts'
import type { RouteTable } from '../routing/route-table.ts'

export interface TokenTraitsPorts {
  readonly models: Pick<NodeModels, 'cards' | 'refresh'>
  /** A key holds on all nodes, and may be bound to what only another one has; absent in no cluster. */
  readonly elsewhere?: Pick<ModelsElsewhere, 'withOwn'>
  readonly routes: () => Pick<RouteTable, 'find' | 'methodsOf'>
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * What was said of a token, held against this node: models become their ids, and nothing is bound to what is not there.
 * @throws Fault `model_not_found`, `invalid_request` naming the field
 */
export const checkTokenTraits = async <Traits extends Partial<ToolpiperTokenTraits>>(
  traits: Traits,
  { now, routes, ...sources }: TokenTraitsPorts,
): Promise<Traits> => {
  const { endpointId, expiresAt, models: names, routes: paths } = traits
  checkExpiry(expiresAt, now())
  paths?.forEach((path, index) => checkRoute(path, `routes[${index}]`, routes()))
  if ((names?.length ?? 0) > 0 || typeof endpointId === 'string') await sources.models.refresh()
  const idOf = (name: string, param: string): string => modelIdOf(name, param, sources)
  return {
    ...traits,
    ...(names === undefined ? {} : { models: names.map((name, index) => idOf(name, `models[${index}]`)) }),
    ...(typeof endpointId === 'string' ? { endpointId: idOf(endpointId, 'endpointId') } : {}),
  }
}

const checkExpiry = (expiresAt: string | null | undefined, now: number): void => {
  if (typeof expiresAt === 'string' && Date.parse(expiresAt) <= now)
    throw new Fault('invalid_request', `'expiresAt' is ${expiresAt}, which is over already.`, {
      param: 'expiresAt',
    })
}

/** A key is bound to templates, because that is what a request is compared with. */
const checkRoute = (path: string, param: string, table: Pick<RouteTable, 'find' | 'methodsOf'>): void => {
  const templates = table.methodsOf(path).map((method) => table.find(method, path)?.entry.path)
  if (templates.includes(path)) return
  const [template] = templates
  throw new Fault(
    'invalid_request',
    template === undefined
      ? `'${param}' is '${path}', which is no route of this node. GET /v1/openapi.json lists what there is.`
      : `'${param}' is '${path}', which is one path of a route. Name the route: ${template}`,
    { param },
  )
}

const modelIdOf = (
  name: string,
  param: string,
  { elsewhere, models: { cards = [] } }: Pick<TokenTraitsPorts, 'models' | 'elsewhere'>,
): string => {
  const model = findModel(name, elsewhere?.withOwn(cards) ?? cards)
  if (model !== undefined) return model.id
  throw new Fault(
    'model_not_found',
    `'${param}' is '${name}', which does not exist here. GET /v1/models lists what there is.`,
    { param, details: { model: name } },
  )
}
