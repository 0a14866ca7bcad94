import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'

const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

export const ShownFinding = Type.Object({
  severity: Type.String(),
  cause: Type.String(),
  /** Null: the node itself. */
  node: orNull(Type.String()),
  words: Type.String(),
  nextStep: orNull(Type.String()),
})
export type ShownFinding = Static<typeof ShownFinding>

export const ShownMap = Type.Object({
  nodes: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  links: Type.Array(
    Type.Object({
      from: Type.String(),
      to: Type.String(),
      state: Type.String(),
      rttMs: orNull(Type.Number()),
      bytesPerSecond: orNull(Type.Number()),
    }),
  ),
})
export type ShownMap = Static<typeof ShownMap>

/** GET /v1/doctor */
export const ShownReport = Type.Object({
  node: Type.String(),
  isHealthy: Type.Boolean(),
  findings: Type.Array(ShownFinding),
  map: ShownMap,
})

/** POST /v1/doctor/bandwidth */
export const ShownBandwidth = Type.Object({ map: ShownMap, leftOut: Type.Array(Type.String()) })
