import { afterEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { joinNode, runtimeOnLoopback, stopRuntimes } from '../../support/cluster-nodes/runtime-on-loopback.ts'
import type { RuntimeOnLoopback } from '../../support/cluster-nodes/runtime-on-loopback.ts'

afterEach(stopRuntimes)

const namesUp = ({ runtime }: RuntimeOnLoopback): string =>
  runtime.nodes
    .filter(({ link }) => link !== 'down')
    .map(({ name }) => name)
    .toSorted()
    .join(' ')

const cluster = async (...names: readonly string[]): Promise<readonly RuntimeOnLoopback[]> => {
  const nodes = await Promise.all(names.map((name) => runtimeOnLoopback(name)))
  const [first, ...others] = nodes
  for (const other of others) await joinNode(first!, other)
  const all = names.toSorted().join(' ')
  await eventually(`all see ${all}`, () => nodes.every((node) => namesUp(node) === all), 10_000)
  return nodes
}

const traits = {
  label: 'phone',
  scopes: ['inference' as const],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
}

describe('a node in a cluster', () => {
  test('is alone, with nothing open, until it founds or enters one', async () => {
    const { runtime } = await runtimeOnLoopback('mini')
    expect(runtime.clusterId).toBeUndefined()
    expect(runtime.nodes).toMatchObject([{ name: 'mini', isSelf: true, link: 'self' }])
    expect(runtime.run).toBeUndefined()
  })

  test('sees all that were let in, whoever let them in, with what they say of themselves', async () => {
    const [mini, studio] = await cluster('mini', 'studio', 'air')
    mini!.runtime.announce('speeds', [])
    await eventually('studio knows', () => studio!.runtime.named('mini')?.topics.speeds !== undefined)
    expect(studio!.runtime.named('MINI')?.topics.identity).toMatchObject({ name: 'mini', protocolVersion: 1 })
    expect(studio!.runtime.self.name).toBe('studio')
    expect(studio!.runtime.nodes[0]?.name).toBe('studio')
  })

  test('shares keys and their ends, made before and after it came', async () => {
    const [mini, studio] = await Promise.all(['mini', 'studio'].map((name) => runtimeOnLoopback(name)))
    const before = await studio!.keys.create(traits)
    await joinNode(mini!, studio!)
    const { secret, key } = await mini!.keys.create(traits)
    await eventually('both keys are at both', () => {
      const isAt = ({ keys }: RuntimeOnLoopback, text: string) => keys.find(text)?.revokedAt === null
      return isAt(studio!, secret) && isAt(mini!, before.secret)
    })
    await studio!.keys.revoke(key.id)
    await eventually('the end is known', () => mini!.keys.find(secret)?.revokedAt !== null)
  })

  test('is shut out everywhere at once when it is removed, and knows why', async () => {
    const [mini, studio, air] = await cluster('mini', 'studio', 'air')
    const { nodeId } = air!.runtime.self
    expect(await studio!.runtime.remove(nodeId)).toBe(true)
    expect(await studio!.runtime.remove(nodeId)).toBe(false)
    await eventually('mini has let it go', () => namesUp(mini!) === 'mini studio', 2000)
    expect(mini!.runtime.standingOf(nodeId)).toBe('removed')
    await eventually('it knows', () => air!.runtime.self.trouble === 'removed')
    await joinNode(mini!, air!)
    await eventually('it is back', () => namesUp(studio!) === 'air mini studio', 10_000)
  })

  test('leaves, and the others know; then it is alone', async () => {
    const [mini, studio] = await cluster('mini', 'studio')
    await studio!.runtime.leave()
    expect(studio!.runtime.clusterId).toBeUndefined()
    await eventually('mini knows', () => mini!.runtime.nodes.length === 1, 2000)
    expect((await runtimeOnLoopback('studio', studio!.home)).runtime.clusterId).toBeUndefined()
  })

  test('comes back by itself after a restart, at another port', async () => {
    const [mini, studio] = await cluster('mini', 'studio')
    const { nodeId } = studio!.runtime.self
    await studio!.runtime.stop()
    await eventually('it is missed', () => mini!.runtime.find(nodeId)?.link === 'down')
    const again = await runtimeOnLoopback('studio', studio!.home)
    await eventually(
      'it is back',
      () => namesUp(mini!) === 'mini studio' && namesUp(again) === 'mini studio',
      10_000,
    )
    expect(again.runtime.self.nodeId).toBe(nodeId)
  })

  test('that is in one cluster enters no other', async () => {
    const [mini] = await cluster('mini', 'studio')
    const other = await runtimeOnLoopback('other')
    await other.runtime.open()
    const bundle = await other.runtime.admit({ nodeId: mini!.runtime.self.nodeId, name: 'mini' })
    expect(mini!.runtime.enter(bundle)).rejects.toThrow('skein leave')
  })
})
