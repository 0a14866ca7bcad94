import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'

/** The parts of a node's public answers that the command line shows. Fields that it can do without are optional. */
const listOf = <Item extends TSchema>(item: Item) => Type.Object({ data: Type.Array(item) })

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Optional(Type.Union([schema, Type.Null()]))

/** GET /v1/models */
export const ChatModelList = listOf(
  Type.Object({
    id: Type.String(),
    capabilities: Type.Optional(Type.Object({ completion_chat: Type.Boolean() })),
  }),
)

/** One of GET /models, and GET /models/{id} */
export const InstalledModel = Type.Object({
  id: Type.String(),
  name: nullable(Type.String()),
  family: nullable(Type.String()),
  engine: nullable(Type.String()),
  capabilities: Type.Array(Type.String()),
  format: nullable(Type.String()),
  quantization: nullable(Type.String()),
  sizeBytes: Type.Number(),
  path: nullable(Type.String()),
  contextLength: nullable(Type.Number()),
  state: nullable(Type.String()),
  installedAt: nullable(Type.String()),
  /** Why no engine is given the file. */
  error: nullable(Type.String()),
})
export type InstalledModel = Static<typeof InstalledModel>

export const InstalledModelPage = Type.Object({
  data: Type.Array(InstalledModel),
  /** `after` of the next page. */
  nextCursor: nullable(Type.String()),
})

/** GET /models/state */
export const ModelStates = Type.Object({
  models: Type.Array(
    Type.Object({
      id: Type.String(),
      state: Type.String(),
      engine: nullable(Type.String()),
      memoryBytes: nullable(Type.Number()),
      activeRequests: nullable(Type.Number()),
      expiresAt: nullable(Type.String()),
    }),
  ),
})
export type ModelState = Static<typeof ModelStates>['models'][number]

const IN_MEMORY: readonly string[] = ['loading', 'ready', 'busy', 'unloading']

export const isInMemory = ({ state }: { readonly state: string }): boolean => IN_MEMORY.includes(state)

/** GET /models/storage */
export const ModelStorage = Type.Object({
  usedBytes: Type.Number(),
  freeBytes: Type.Number(),
  path: Type.String(),
})

/** GET /status */
export const NodeStatus = Type.Object({
  status: Type.String(),
  version: Type.String(),
  uptimeSeconds: Type.Number(),
  models: Type.Optional(Type.Array(Type.Object({ id: Type.String(), state: Type.String() }))),
  services: Type.Optional(Type.Array(Type.Object({ name: Type.String(), state: Type.String() }))),
  queue: Type.Optional(Type.Object({ waiting: Type.Number(), running: Type.Number() })),
  cluster: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({ nodes: Type.Array(Type.Object({ name: Type.String(), link: Type.String() })) }),
    ]),
  ),
})

export type NodeStatus = Static<typeof NodeStatus>

/** POST /models/scan */
export const ScanReport = Type.Object({
  found: Type.Array(Type.Object({ id: Type.String() })),
  added: Type.Number(),
  skipped: Type.Number(),
})

/** DELETE /models/{id} */
export const DeletedModel = Type.Object({
  id: Type.String(),
  deleted: Type.Boolean(),
  freedBytes: Type.Optional(Type.Number()),
})
