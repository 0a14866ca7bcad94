import { afterAll, describe, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readClusterFile, writeClusterFile } from '@service/router/adapters/cluster/cluster-file.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-cluster-file-'))
afterAll(() => rmSync(directory, { recursive: true }))

const nodeId = parseNodeId('12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust')!
const CLUSTER = {
  clusterId: 'c1',
  secret: 'A'.repeat(43),
  records: [
    {
      kind: 'member' as const,
      id: nodeId,
      updatedAt: 5,
      updatedBy: nodeId,
      value: { nodeId, name: 'mini', joinedAt: 5, removedAt: null },
    },
  ],
  addresses: [{ nodeId, host: '192.168.1.5', linkPort: 8082, dataPort: 8081 }],
}

describe('the file of the cluster', () => {
  test('is read as it was written, and for its owner alone', async () => {
    const path = join(directory, 'cluster', 'cluster.json')
    await writeClusterFile(path, CLUSTER)
    expect(await readClusterFile(path)).toMatchObject(CLUSTER)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('is not there on a node that is in no cluster', async () => {
    expect(await readClusterFile(join(directory, 'none.json'))).toBeUndefined()
  })

  test('is refused where others may read it, saying what to type', async () => {
    const path = join(directory, 'open.json')
    await writeClusterFile(path, CLUSTER)
    chmodSync(path, 0o644)
    expect(readClusterFile(path)).rejects.toThrow('chmod 600')
  })

  test.each([
    ['half of it', JSON.stringify({ version: 1, ...CLUSTER }).slice(0, 90)],
    ['a short secret', JSON.stringify({ version: 1, ...CLUSTER, secret: 'AAAA' })],
    ['a node id that is none', JSON.stringify({ version: 1, ...CLUSTER, addresses: [{ nodeId: '../x' }] })],
  ])('is refused with %s', async (_, text) => {
    const path = join(directory, 'broken.json')
    writeFileSync(path, text, { mode: 0o600 })
    expect(readClusterFile(path)).rejects.toThrow('is broken')
  })
})
