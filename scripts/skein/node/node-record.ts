import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { existsSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isNodeLockHeld } from './node-lock.ts'
import type { NodePaths } from './node-paths.ts'

const ServiceRecord = Type.Object({
  name: Type.String(),
  state: Type.Union(
    (['stopped', 'starting', 'ready', 'stopping', 'backing-off', 'failed'] as const).map((state) =>
      Type.Literal(state),
    ),
  ),
  pid: Type.Union([Type.Integer(), Type.Null()]),
  restarts: Type.Integer(),
  /** How it ended the last time it failed; null when it never did. */
  lastFailure: Type.Union([Type.String(), Type.Null()]),
})

/** What a running node writes down about itself, for the commands that look for it. */
const NodeRecord = Type.Object({
  pid: Type.Integer({ minimum: 1 }),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  url: Type.String(),
  /** Under which other machines reach it, the likeliest first; none on loopback. */
  lanUrls: Type.Optional(Type.Array(Type.String())),
  version: Type.String(),
  /** ISO 8601 UTC. */
  startedAt: Type.String(),
  state: Type.Union([Type.Literal('starting'), Type.Literal('ready'), Type.Literal('stopping')]),
  socketDirectory: Type.String(),
  services: Type.Array(ServiceRecord),
})

export type ServiceRecord = Static<typeof ServiceRecord>
export type NodeRecord = Static<typeof NodeRecord>

/** Readers see the old one or the new one, never half of it. */
export const writeNodeRecord = (path: string, record: NodeRecord): void => {
  writeFileSync(`${path}.part`, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.part`, path)
}

/** The record in the file, of a running node or of one that is gone; undefined when there is none or it is broken. */
export const readNodeRecord = (path: string): NodeRecord | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(NodeRecord, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The node that runs on this data directory now. */
export const findRunningNode = (paths: NodePaths): NodeRecord | undefined =>
  existsSync(paths.lock) && isNodeLockHeld(paths.lock) ? readNodeRecord(paths.record) : undefined
