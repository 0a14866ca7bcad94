import { DIALECT_NAMES } from '@shared/contracts/route-manifest.ts'
import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)))

const name = Type.String({ minLength: 1, maxLength: 64 })

const ListSchema = Type.Object({
  field: name,
  key: name,
  paging: Type.Optional(oneOf(['toolpiper', 'anthropic'])),
  prefers: Type.Optional(Type.Object({ field: name, values: Type.Array(name, { maxItems: 16 }) })),
})

const RouteEntrySchema = Type.Object({
  method: Type.String({ pattern: '^[A-Z]{1,16}$' }),
  /** Never the control plane: what is in no manifest cannot be reached from outside. */
  path: Type.String({ pattern: '^/(?!_skein(/|$))', maxLength: 512 }),
  dialect: oneOf(DIALECT_NAMES),
  capability: Type.String({ maxLength: 64 }),
  scope: oneOf(['public', 'inference', 'manage', 'metrics', 'admin']),
  kind: oneOf(['placed', 'owned', 'gathered', 'local']),
  bodyLimitBytes: Type.Integer({ minimum: 0 }),
  admission: oneOf(['engine', 'none']),
  list: Type.Optional(ListSchema),
})

const checkManifest = TypeCompiler.Compile(
  Type.Object({
    service: Type.String(),
    version: Type.String({ maxLength: 64 }),
    instance: Type.String({ maxLength: 128 }),
    slotsPerModel: Type.Integer({ minimum: 1, maximum: 4096 }),
    routes: Type.Array(RouteEntrySchema, { maxItems: 2000 }),
  }),
)

/** What a service (or a file that was saved earlier) says, if it is a manifest of that service at all. */
export const readServiceManifest = (service: ServiceName, said: unknown): ServiceManifest | undefined =>
  // The schema above is that of ServiceManifest; TypeBox cannot infer unions that are built from lists.
  checkManifest.Check(said) && said.service === service ? (said as ServiceManifest) : undefined
