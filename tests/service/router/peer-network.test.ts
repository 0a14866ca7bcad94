import { afterEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { meshOf, openTestPeer, stopTestPeers } from '../../support/hosts/test-peer.ts'
import { LARGEST_MESSAGE_BYTES } from '@service/router/features/cluster/peer-network.ts'

afterEach(stopTestPeers)

const patience = (ms = 5000): AbortSignal => AbortSignal.timeout(ms)

describe('two nodes', () => {
  test('have one link, which both know once, and which carries messages both ways', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await one.dial(two)
    await eventually('both have it', () => two.links.length === 1)
    expect(one.links.map(({ isOutbound, nodeId }) => [isOutbound, nodeId])).toEqual([[true, two.nodeId]])
    expect(two.links.map(({ isOutbound, nodeId }) => [isOutbound, nodeId])).toEqual([[false, one.nodeId]])
    expect(two.links[0]?.remoteHost).toBe('127.0.0.1')
    const messages = [0, 1, 5, 1200, 65_536, 3_000_001].map((size) => new Uint8Array(size).fill(size % 251))
    for (const message of messages) {
      one.links[0]?.send(message)
      two.links[0]?.send(message)
    }
    await eventually('all messages are there', () =>
      [one, two].every((peer) => peer.messages.length === messages.length),
    )
    for (const peer of [one, two])
      expect(peer.messages.map((message) => Bun.hash(message))).toEqual(
        messages.map((message) => Bun.hash(message)),
      )
    expect(one.links[0]?.bufferedBytes).toBe(0)
  })

  test('dial no second time where a link is', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await one.dial(two)
    await one.dial(two)
    await two.dial(one)
    expect([one.links.length, two.links.length]).toEqual([1, 1])
  })

  test('that dial each other at the same time may have two links; the core chooses', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await Promise.all([one.dial(two), two.dial(one)])
    await eventually('both ends agree', () => one.links.length === two.links.length)
    expect(new Set(one.links.map(({ linkId }) => linkId)).size).toBe(one.links.length)
    one.links[0]?.close()
    await eventually('both know that it is down', () => one.downs.length === 1 && two.downs.length === 1)
  })

  test('what was sent before a link is closed arrives, and both ends hear of the end once', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await one.dial(two)
    const [link] = one.links
    const message = new Uint8Array(4_000_000)
    link?.send(message)
    link?.close()
    link?.close()
    link?.send(message)
    await eventually('the end is known', () => one.downs.length === 1 && two.downs.length === 1)
    expect(two.messages.map(({ byteLength }) => byteLength)).toEqual([4_000_000])
    expect([one.downs, two.downs]).toEqual([['closed'], ['closed']])
    await one.dial(two)
    await eventually('they are together again', () => one.links.length === 2 && two.links.length === 2)
    expect([one.downs.length, two.downs.length]).toEqual([1, 1])
  })

  test('send the largest message, and no larger one', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await one.dial(two)
    one.links[0]?.send(new Uint8Array(LARGEST_MESSAGE_BYTES))
    await eventually('it is there', () => two.messages.length === 1)
    one.links[0]?.send(new Uint8Array(LARGEST_MESSAGE_BYTES + 1))
    await eventually('the link is down', () => one.downs.length === 1 && two.downs.length === 1)
    expect(two.messages).toHaveLength(1)
  })

  test('hear of each other’s end', async () => {
    const [one, two] = [await openTestPeer(), await openTestPeer()]
    await one.dial(two)
    await two.stop()
    await eventually('the end is known', () => one.downs.length === 1)
    expect(two.downs).toEqual(['closed'])
    await expect(one.dial(two)).rejects.toMatchObject({ trouble: 'refused' })
  })
})

test('five nodes are all linked to each other', async () => {
  const peers = await Promise.all(Array.from({ length: 5 }, () => openTestPeer()))
  const began = performance.now()
  await meshOf(peers)
  console.log(`five nodes, ten links: ${Math.round(performance.now() - began)} ms`)
  for (const peer of peers) {
    expect(new Set(peer.links.map(({ nodeId }) => nodeId)).size).toBe(4)
    for (const link of peer.links) link.send(new TextEncoder().encode('hello'))
  }
  await eventually('everybody heard everybody', () => peers.every(({ messages }) => messages.length === 4))
})

describe('a node lets nobody in', () => {
  test('of another cluster, and both ends know why', async () => {
    const one = await openTestPeer()
    const two = await openTestPeer({ secret: new Uint8Array(32).fill(9) })
    await expect(one.dial(two)).rejects.toMatchObject({ trouble: 'wrong-cluster-key' })
    await eventually('the other end knows', () => two.refused.length === 1)
    expect(two.refused).toEqual([{ host: '127.0.0.1', nodeId: undefined, trouble: 'wrong-cluster-key' }])
    expect([one.links.length, two.links.length]).toEqual([0, 0])
  })

  test('who has the key and is no member', async () => {
    const one = await openTestPeer()
    const two = await openTestPeer({ isMember: () => false })
    await expect(one.dial(two)).rejects.toMatchObject({ trouble: 'not-a-member' })
    expect(two.refused).toEqual([{ host: '127.0.0.1', nodeId: one.nodeId, trouble: 'not-a-member' }])
    await expect(two.dial(one)).rejects.toMatchObject({ trouble: 'not-a-member' })
    expect([one.links.length, two.links.length, one.refused.length]).toEqual([0, 0, 0])
  })

  test('in whose place another one answers', async () => {
    const [one, two, three] = [await openTestPeer(), await openTestPeer(), await openTestPeer()]
    await expect(one.network.dial(three.nodeId, '127.0.0.1', two.linkPort, patience())).rejects.toMatchObject(
      { trouble: 'wrong-identity' },
    )
    expect([one.links.length, two.links.length]).toEqual([0, 0])
  })

  test('that is itself', async () => {
    const one = await openTestPeer()
    await expect(one.dial(one)).rejects.toMatchObject({ name: 'DialFailed' })
    expect(one.links).toEqual([])
  })
})

test('a port that is taken is a conflict that names it and its variable', async () => {
  const one = await openTestPeer()
  await expect(openTestPeer({ linkPort: one.linkPort })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(new RegExp(`${one.linkPort}.*CLUSTER_LINK_PORT`)),
  })
})

test('a network that is stopped has no links, dials nobody and can be stopped again', async () => {
  const [one, two] = [await openTestPeer(), await openTestPeer()]
  await one.dial(two)
  await one.stop()
  await one.stop()
  expect(one.downs).toEqual(['closed'])
  await expect(one.dial(two)).rejects.toMatchObject({ trouble: 'closed' })
})

test('a network that is stopped while it dials leaves nothing behind', async () => {
  const [one, two] = [await openTestPeer(), await openTestPeer()]
  const dialled = one.dial(two).then(
    () => 'linked',
    () => 'not linked',
  )
  await one.stop()
  expect(['linked', 'not linked']).toContain(await dialled)
  expect(one.downs.length).toBe(one.links.length)
  await eventually('the other end agrees', () => two.downs.length === two.links.length)
})
