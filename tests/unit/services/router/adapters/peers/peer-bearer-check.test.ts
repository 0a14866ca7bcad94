import { expect, test } from 'bun:test'
import { createPeerBearerCheck } from '@service/router/adapters/peers/peer-bearer-check.ts'
import type { PeerStanding } from '@service/router/adapters/peers/peer-bearer-check.ts'
import { createPeerBearerMint } from '@service/router/adapters/peers/peer-bearer-mint.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'

const NEAR = parseNodeId(`12D3KooW${'A'.repeat(44)}`)!
const FAR = parseNodeId(`12D3KooW${'B'.repeat(44)}`)!

/** Two nodes whose signatures are counted. */
const meet = () => {
  const world = {
    now: 1_700_000_000_000,
    signed: 0,
    verified: 0,
    isGood: true,
    standing: 'member' as PeerStanding,
  }
  const bearerFor = createPeerBearerMint({
    self: NEAR,
    sign() {
      world.signed += 1
      return new Uint8Array(64).fill(world.signed)
    },
    now: () => world.now,
  })
  const check = createPeerBearerCheck({
    self: FAR,
    verify(nodeId) {
      world.verified += 1
      return world.isGood && nodeId === NEAR
    },
    standingOf: () => world.standing,
    clockSkewOf: () => undefined,
    now: () => world.now,
  })
  return { world, bearerFor, check }
}

test('one signature serves many requests, at both ends', () => {
  const { bearerFor, check, world } = meet()
  for (let times = 0; times < 10; times += 1) expect(check(bearerFor(FAR))).toBe(NEAR)
  expect([world.signed, world.verified]).toEqual([1, 1])
})

test('a new one is made before the old one is over, also when the clock was set back', () => {
  const { bearerFor, world } = meet()
  const first = bearerFor(FAR)
  world.now += 29_999
  expect(bearerFor(FAR)).toBe(first)
  world.now += 1
  const second = bearerFor(FAR)
  expect(second).not.toBe(first)
  world.now -= 3_600_000
  expect(bearerFor(FAR)).not.toBe(second)
})

test('each node gets its own', () => {
  const { bearerFor } = meet()
  expect(bearerFor(FAR)).not.toBe(bearerFor(NEAR))
})

test('what was verified before is still looked at: its time, and who it is from', () => {
  const { bearerFor, check, world } = meet()
  const bearer = bearerFor(FAR)
  check(bearer)
  world.standing = 'removed'
  expect(() => check(bearer)).toThrow('This node was removed from the cluster')
  world.standing = 'member'
  world.now += 7 * 60_000
  expect(() => check(bearer)).toThrow('The clocks of the two machines differ by 7 minutes')
  expect(world.verified).toBe(1)
})

test('what was refused is not remembered as good', () => {
  const { bearerFor, check, world } = meet()
  const bearer = bearerFor(FAR)
  world.isGood = false
  for (let times = 0; times < 2; times += 1)
    expect(() => check(bearer)).toThrow('for the nodes of its cluster')
  expect(world.verified).toBe(2)
  world.isGood = true
  expect(check(bearer)).toBe(NEAR)
})
