import { readFile, stat } from 'node:fs/promises'
import { isOpenToOthers, replacePrivateFile } from '@shared/access/private-file.ts'
import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { SavedCluster } from '../../features/cluster/saved-cluster.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'

const NODE_ID = Type.Unsafe<NodeId>(Type.String({ pattern: '^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$' }))
const PORT = Type.Integer({ minimum: 1, maximum: 65_535 })

const ClusterFile = Type.Object({
  version: Type.Literal(1),
  clusterId: Type.String({ minLength: 1, maxLength: 100 }),
  secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  records: Type.Array(
    Type.Object({
      kind: Type.Literal('member'),
      id: NODE_ID,
      updatedAt: Type.Integer(),
      updatedBy: Type.String(),
      value: Type.Object({
        nodeId: NODE_ID,
        name: Type.String(),
        joinedAt: Type.Integer(),
        removedAt: Type.Union([Type.Integer(), Type.Null()]),
      }),
    }),
  ),
  addresses: Type.Array(
    Type.Object({ nodeId: NODE_ID, host: Type.String(), linkPort: PORT, dataPort: PORT }),
  ),
})

/**
 * The cluster of this node in `<home>/cluster/cluster.json` (mode 0600): its key, its members, and where they were last.
 * Undefined when there is no such file: this node is in no cluster.
 * @throws Fault `conflict` for a file that others may read, or that is broken: nobody would be let in, or everybody
 */
export const readClusterFile = async (path: string): Promise<SavedCluster | undefined> => {
  const facts = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (facts === undefined) return undefined
  if (isOpenToOthers(facts))
    throw new Fault('conflict', `Others may read the cluster's key ${path}. Take it back: chmod 600 ${path}`)
  const value = parse(await readFile(path, 'utf8'))
  if (value === undefined)
    throw new Fault(
      'conflict',
      `The file of the cluster ${path} is broken. Restore it from a copy, or remove it and join again.`,
    )
  return value
}

const parse = (text: string): Static<typeof ClusterFile> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(ClusterFile, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Replaces the file as a whole, on the disk before this returns: a node that was shut out stays shut out. */
export const writeClusterFile = async (path: string, cluster: SavedCluster): Promise<void> => {
  await replacePrivateFile(path, `${JSON.stringify({ version: 1, ...cluster }, undefined, 2)}\n`)
}
