import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identityFilePath, openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

let skeinHome = ''
let time = 5_000
beforeEach(async () => {
  skeinHome = await mkdtemp(join(tmpdir(), 'skein-identity-'))
  time = 5_000
})
afterEach(() => rm(skeinHome, { recursive: true }))

const open = () => openNodeIdentity({ skeinHome, now: () => time })
const bytes = new TextEncoder().encode('what is said')

test('a node keeps its identity, and has it for itself', async () => {
  const first = await open()
  expect(parseNodeId(first.nodeId)).toBe(first.nodeId)
  expect((await open()).nodeId).toBe(first.nodeId)
  expect((await stat(identityFilePath(skeinHome))).mode & 0o777).toBe(0o600)
  expect((await stat(join(skeinHome, 'cluster'))).mode & 0o777).toBe(0o700)
})

test('those who make it at the same time have the same, and leave no drafts', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, open))
  const ids = new Set(made.map(({ nodeId }) => nodeId))
  expect([...ids]).toEqual([(await open()).nodeId])
  expect(await readdir(join(skeinHome, 'cluster'))).toEqual(['node-identity.json'])
})

test('libp2p knows it by the same id', async () => {
  const identity = await open()
  const key = await identity.libp2pKey()
  expect(String(key.publicKey)).toBe(identity.nodeId)
  expect(await key.publicKey.verify(bytes, identity.sign(bytes))).toBe(true)
})

test('a signature is good for its node and its bytes alone', async () => {
  const [one, other] = [await open(), await openAnother()]
  const signature = one.sign(bytes)
  expect(signature).toHaveLength(64)
  expect(other.verify(one.nodeId, bytes, signature)).toBe(true)
  expect(other.verify(one.nodeId, bytes, signature)).toBe(true)
  expect(other.verify(other.nodeId, bytes, signature)).toBe(false)
  expect(other.verify(one.nodeId, bytes.subarray(1), signature)).toBe(false)
  for (const broken of [signature.subarray(1), new Uint8Array(0), new Uint8Array(64)]) {
    expect(other.verify(one.nodeId, bytes, broken)).toBe(false)
  }
  const nobody = parseNodeId(`12D3KooW${'z'.repeat(44)}`)
  expect(nobody !== undefined && one.verify(nobody, bytes, signature)).toBe(false)
})

const openAnother = async () => {
  const home = await mkdtemp(join(tmpdir(), 'skein-identity-'))
  const identity = await openNodeIdentity({ skeinHome: home, now: () => time })
  await rm(home, { recursive: true })
  return identity
}

test('every start has a greater epoch, also when the clock went back', async () => {
  const identity = await open()
  expect(await identity.beginEpoch()).toBe(5_000)
  expect(await identity.beginEpoch()).toBe(5_001)
  time = 1
  expect(await (await open()).beginEpoch()).toBe(5_002)
  time = 9_000
  expect(await (await open()).beginEpoch()).toBe(9_000)
  await writeFile(join(skeinHome, 'cluster', 'node-epoch.json'), '{"version":1,"epoch":"x"}')
  expect(await (await open()).beginEpoch()).toBe(9_000)
})

test('a key that others may read is refused, with what to do', async () => {
  await open()
  await chmod(identityFilePath(skeinHome), 0o640)
  await expect(open()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('chmod 600'),
  })
})

test.each(['', '{', '{"version":1}', '{"version":1,"seed":"short"}', '[]', 'null'])(
  'a broken file (%s) is refused, never replaced',
  async (content) => {
    await open()
    await writeFile(identityFilePath(skeinHome), content)
    await expect(open()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('broken'),
    })
    expect(await Bun.file(identityFilePath(skeinHome)).text()).toBe(content)
  },
)
