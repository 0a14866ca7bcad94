import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { toolpiperPage } from '@shared/dialects/toolpiper/toolpiper-list.ts'
import {
  decodeToolpiperScan,
  encodeToolpiperModel,
  encodeToolpiperModelDetail,
  encodeToolpiperStates,
  ToolpiperModelQuery,
} from '@shared/dialects/toolpiper/toolpiper-models.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { ManageModels } from './manage-models.ts'

const OWN: RouteFacts = {
  dialect: 'toolpiper',
  capability: 'models',
  scope: 'inference',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const LIST: RouteFacts = {
  ...OWN,
  kind: 'gathered',
  list: { field: 'data', key: 'id', paging: 'toolpiper' },
}
const STATES: RouteFacts = {
  ...OWN,
  kind: 'gathered',
  list: {
    field: 'models',
    key: 'id',
    prefers: { field: 'state', values: ['busy', 'ready', 'loading', 'error', 'unloaded'] },
  },
}
/** The node that has the model knows it. */
const ONE: RouteFacts = { ...OWN, kind: 'owned' }
/** What changes files is for the node that is asked, or that `?node=` names. */
const CHANGE: RouteFacts = { ...OWN, scope: 'manage' }
const SCAN_BODY_LIMIT_BYTES = 512 * 1024

const documentation = (summary: string, description = '') => ({ tag: 'Models', summary, description })

/** ToolPiper's routes about installed models. */
export const toolpiperModelsPlugin = (models: ManageModels, log: Log) =>
  new Elysia({ name: 'model-store/toolpiper-models' })
    .use(faultsAs('toolpiper', toolpiperFaultBody, log))
    .get('/models', ({ query }) => toolpiperPage(models.list(query).map(encodeToolpiperModel), query), {
      query: ToolpiperModelQuery,
      detail: routeDetail(LIST, documentation('List installed models', 'Filters: capability, engine.')),
    })
    .get('/models/state', () => encodeToolpiperStates(models.list({})), {
      detail: routeDetail(STATES, documentation('State of every model in memory')),
    })
    .get('/models/storage', () => models.storage(), {
      detail: routeDetail(OWN, documentation('Disk usage of models')),
    })
    .post('/models/scan', async ({ request }) => models.scan(decodeToolpiperScan(await request.text())), {
      // The body may be left out, which a JSON parser takes for a mistake.
      parse: 'none',
      detail: routeDetail(
        { ...CHANGE, bodyLimitBytes: SCAN_BODY_LIMIT_BYTES },
        documentation('Look for new models', 'Body, optional: {"paths": ["/inside/a/configured/place"]}.'),
      ),
    })
    .get('/models/:id', ({ params }) => detail(models, params.id), {
      detail: routeDetail(ONE, documentation('Details of a model')),
    })
    .get('/models/:id/:name', ({ params }) => detail(models, `${params.id}/${params.name}`), {
      detail: routeDetail(ONE, documentation('Details of a model')),
    })
    .delete('/models/:id', ({ params, query }) => remove(models, params.id, query), {
      detail: routeDetail(CHANGE, documentation('Delete a model', '?force=true unloads it first.')),
    })
    .delete(
      '/models/:id/:name',
      ({ params, query }) => remove(models, `${params.id}/${params.name}`, query),
      { detail: routeDetail(CHANGE, documentation('Delete a model', '?force=true unloads it first.')) },
    )

const detail = (models: ManageModels, name: string | undefined) => {
  const { view, files, metadata } = models.detail(name ?? '')
  return encodeToolpiperModelDetail(view, files, metadata)
}

const remove = async (
  models: ManageModels,
  name: string | undefined,
  query: Readonly<Record<string, string | undefined>>,
) => {
  const isForced = query['force'] === 'true' || query['force'] === '1'
  const { id, freedBytes } = await models.remove(name ?? '', isForced)
  return { id, deleted: true, freedBytes }
}
