import { expect, test } from 'bun:test'
import { Reservations } from '@service/router/policy/placement/reservations.ts'
import * as fc from 'fast-check'
import { nodeIdOf } from '../../../../../support/placement-simulation/placement-candidate.ts'

const A = nodeIdOf(1)
const B = nodeIdOf(2)

test('what is on its way counts for its node and its queue until it is over', () => {
  const reservations = new Reservations()
  const first = reservations.add(A, 'a', 100, 0)
  reservations.add(A, 'a', 50, 0)
  reservations.add(A, 'b', 7, 0)
  expect(reservations.of(A, 'a', 0)).toEqual({ requests: 2, tokens: 150 })
  expect(reservations.of(A, 'b', 0)).toEqual({ requests: 1, tokens: 7 })
  expect(reservations.of(B, 'a', 0)).toEqual({ requests: 0, tokens: 0 })
  reservations.release(first)
  reservations.release(first)
  reservations.release(99)
  expect(reservations.of(A, 'a', 0)).toEqual({ requests: 1, tokens: 50 })
})

test('a load that was told more than a round trip later has it', () => {
  const reservations = new Reservations()
  reservations.add(A, 'a', 100, 0)
  reservations.add(A, 'a', 20, 40)
  reservations.add(B, 'a', 3, 0)
  reservations.onLoad(A, 10, 10)
  expect(reservations.of(A, 'a', 10).requests).toBe(2)
  reservations.onLoad(A, 10, 45)
  expect(reservations.of(A, 'a', 45)).toEqual({ requests: 1, tokens: 20 })
  expect(reservations.of(B, 'a', 45).requests).toBe(1)
})

test('with the first byte only the answer is left to do', () => {
  const reservations = new Reservations()
  const id = reservations.add(A, 'a', 1000, 0)
  reservations.onFirstByte(id, 60)
  expect(reservations.of(A, 'a', 0)).toEqual({ requests: 1, tokens: 60 })
  reservations.release(id)
  reservations.onFirstByte(id, 60)
  expect(reservations.size).toBe(0)
})

test('nothing is reserved for longer than ten seconds, or at a node that went away', () => {
  const reservations = new Reservations()
  reservations.add(A, 'a', 100, 0)
  reservations.add(B, 'a', 100, 4000)
  expect(reservations.of(A, 'a', 9999).requests).toBe(1)
  expect(reservations.of(A, 'a', 10_000).requests).toBe(0)
  reservations.forget(B)
  expect(reservations.of(B, 'a', 10_000).requests).toBe(0)
  expect(reservations.size).toBe(0)
})

test('whatever comes and goes, the sums are those of what is there', () => {
  const step = fc.record({
    node: fc.constantFrom(A, B),
    lane: fc.constantFrom('a', 'b'),
    tokens: fc.nat({ max: 1000 }),
    release: fc.option(fc.nat({ max: 30 })),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const reservations = new Reservations()
      const open = new Map<number, (typeof steps)[number]>()
      for (const each of steps) {
        open.set(reservations.add(each.node, each.lane, each.tokens, 0), each)
        if (each.release === null) continue
        reservations.release(each.release)
        open.delete(each.release)
      }
      for (const node of [A, B]) {
        for (const lane of ['a', 'b']) {
          const there = [...open.values()].filter((each) => each.node === node && each.lane === lane)
          const tokens = there.reduce((sum, each) => sum + each.tokens, 0)
          expect(reservations.of(node, lane, 0)).toEqual({ requests: there.length, tokens })
        }
      }
    }),
  )
})
