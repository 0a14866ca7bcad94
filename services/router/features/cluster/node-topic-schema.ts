/** What other nodes say of themselves, as it is checked: what is in no field here is not taken over. */
import { TOPIC_NAMES } from '../../policy/cluster/node-topics.ts'
import type { TopicName } from '../../policy/cluster/node-topics.ts'
import { Type } from '@sinclair/typebox'
import type { TSchema } from '@sinclair/typebox'

const Word = Type.String({ minLength: 1, maxLength: 64 })
const Label = Type.String({ maxLength: 256 })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Amount = Type.Number({ minimum: 0 })
const Port = Type.Integer({ minimum: 0, maximum: 65_535 })
const Id = Type.String({ pattern: '^[a-z0-9][a-z0-9._:/-]{0,127}$' })
const NodeIdText = Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' })
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

const Address = Type.Object({
  host: Type.String({ pattern: '^[0-9a-fA-F.:]{2,45}$' }),
  linkPort: Port,
  dataPort: Port,
})

const Identity = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 256 }),
  platform: Type.Object({ os: Word, arch: Word, accelerator: Word }),
  version: Word,
  protocolVersion: Count,
  startedAt: Count,
  addresses: Type.Array(Address, { maxItems: 64 }),
  certificate: Type.String({ maxLength: 16_384 }),
})

const Model = Type.Object({
  id: Id,
  name: Label,
  aliases: Type.Array(Label, { maxItems: 64 }),
  // Not our own list: a newer node may have one more, and its other models are still good.
  capabilities: Type.Array(Word, { maxItems: 32 }),
  isTestModel: Type.Boolean(),
  defect: orNull(Type.String({ maxLength: 2000 })),
  source: Word,
  digest: orNull(Label),
  architecture: Label,
  quantization: Label,
  parameterCount: Amount,
  sizeBytes: Count,
  contextLength: Count,
})

const Load = Type.Object({
  isDraining: Type.Boolean(),
  budgetBytes: Count,
  heldBytes: Count,
  lanes: Type.Array(
    Type.Object({ lane: Label, slots: Count, running: Count, waiting: Count, pendingTokens: Amount }),
    { maxItems: 4096 },
  ),
  warm: Type.Array(Id, { maxItems: 1024 }),
})

const Speed = Type.Object({
  model: Id,
  prefillTokensPerSecond: orNull(Amount),
  decodeTokensPerSecond: orNull(Amount),
  loadMs: orNull(Amount),
})

const Service = Type.Object({
  name: Word,
  state: Type.Union([Type.Literal('starting'), Type.Literal('up'), Type.Literal('down')]),
  version: orNull(Word),
  capabilities: Type.Array(Word, { maxItems: 64 }),
})

const Backend = Type.Object({ name: Label, version: Label, digest: orNull(Label) })

const Link = Type.Object({
  to: NodeIdText,
  state: Type.Union([Type.Literal('up'), Type.Literal('down')]),
  rttMs: orNull(Amount),
  bytesPerSecond: orNull(Amount),
})

const Period = Type.Object({ name: Type.String({ maxLength: 16 }), tokens: Count })
const Spending = Type.Object({ keyId: Word, day: Period, month: Period, total: Count })

export const TOPIC_SCHEMAS = {
  identity: Identity,
  services: Type.Array(Service, { maxItems: 64 }),
  models: Type.Array(Model, { maxItems: 4096 }),
  load: Load,
  speeds: Type.Array(Speed, { maxItems: 4096 }),
  backends: Type.Array(Backend, { maxItems: 256 }),
  links: Type.Array(Link, { maxItems: 512 }),
  spending: Type.Array(Spending, { maxItems: 10_000 }),
} as const satisfies Record<TopicName, TSchema>

const TOPICS: ReadonlySet<string> = new Set(TOPIC_NAMES)

export const isTopicName = (text: string): text is TopicName => TOPICS.has(text)
