import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { encodeLocalaiResources, encodeLocalaiSystem } from '@shared/dialects/localai/localai-system.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import type { NodeModels } from '../models/node-models.ts'
import { createReadResources, loadedModels } from './read-resources.ts'
import type { ResourcePorts } from './read-resources.ts'

const FACTS: RouteFacts = {
  dialect: 'localai',
  capability: 'node',
  scope: 'metrics',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

export interface SystemPorts extends ResourcePorts {
  readonly models: Pick<NodeModels, 'cards' | 'states'>
}

/** The machine and what Skein takes of it: ToolPiper's route and LocalAI's. */
export const systemPlugin = (ports: SystemPorts) => {
  const readResources = createReadResources(ports)
  return new Elysia({ name: 'router/system' }).use(localaiRoutes(ports, readResources)).use(
    new Elysia({ name: 'router/system-toolpiper' })
      .use(faultsAs('toolpiper', toolpiperFaultBody))
      .get('/system/resources', readResources, {
        detail: routeDetail(
          { ...FACTS, dialect: 'toolpiper' },
          {
            tag: 'Node',
            summary: 'Processors, memory and GPUs, and who holds how much of them',
            description:
              'Figures are at most a second old. Within a container its limits count. What cannot be read is null, with the reason in `reasons`.',
          },
        ),
      }),
  )
}

const localaiRoutes = ({ models }: SystemPorts, readResources: ReturnType<typeof createReadResources>) =>
  new Elysia({ name: 'router/system-localai' })
    .use(faultsAs('openai', openaiFaultBody))
    .get('/system', async () => encodeLocalaiSystem(await knownModels(models)), {
      detail: routeDetail(FACTS, {
        tag: 'Node',
        summary: 'Models in memory and the engines that hold them',
        description: '`backends` are the engines that hold a model now.',
      }),
    })
    .get(
      '/api/resources',
      async () => {
        const storageBytes = (models.cards ?? []).reduce((total, { sizeBytes }) => total + sizeBytes, 0)
        return encodeLocalaiResources({ ...(await readResources()), storageBytes })
      },
      {
        detail: routeDetail(FACTS, {
          tag: 'Node',
          summary: 'Memory of the GPUs, or of the machine where there is none',
          description: 'In the shape of the pages of LocalAI. `storage_size`: bytes of all model files.',
        }),
      },
    )

/** @throws Fault `unavailable` */
const knownModels = async (models: SystemPorts['models']) => {
  const loaded = await loadedModels(models)
  if (loaded !== undefined) return loaded
  throw new Fault(
    'unavailable',
    'The model-store service of this node does not answer. Try again in a moment.',
    {
      retryAfterSeconds: 2,
    },
  )
}
