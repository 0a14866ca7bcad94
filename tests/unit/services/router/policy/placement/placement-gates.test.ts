import { describe, expect, test } from 'bun:test'
import { ableNodes } from '@service/router/policy/placement/placement-gates.ts'
import type {
  PlacementCandidate,
  PlacementWish,
  RejectionReason,
} from '@service/router/policy/placement/placement.ts'
import {
  candidateFor,
  nodeIdOf,
  wishFor,
} from '../../../../../support/placement-simulation/placement-candidate.ts'

const model = { isWarm: false, isSound: true, digest: 'aa', sizeBytes: 1e9 }

const gate = (candidates: readonly PlacementCandidate[], wish: Partial<PlacementWish> = {}) => {
  const { able, rejections } = ableNodes(wishFor(wish), candidates)
  return {
    able: able.map(({ name }) => name),
    rejected: Object.fromEntries(rejections.map(({ name, reason }) => [name, reason])),
  }
}

const REASONS: readonly [RejectionReason, Partial<PlacementCandidate>][] = [
  ['down', { isUp: false }],
  ['draining', { isDraining: true }],
  ['ejected', { standing: 'out' }],
  ['no-capability', { hasCapability: false }],
  ['no-model', { model: undefined }],
  ['broken-model', { model: { ...model, isSound: false } }],
  ['too-large', { model: { ...model, sizeBytes: 17e9 } }],
  ['other-digest', { model: { ...model, digest: 'bb' } }],
]

test.each(REASONS)('a node is told why it is not asked: %s', (reason, changes) => {
  const others = [candidateFor(2), candidateFor(3)]
  expect(gate([candidateFor(1, changes), ...others])).toEqual({
    able: ['node-2', 'node-3'],
    rejected: { 'node-1': reason },
  })
})

test('who has failed at this request is not asked again, and only the owner is asked for what it has', () => {
  const all = [candidateFor(1), candidateFor(2)]
  expect(gate(all, { excluded: [nodeIdOf(1)] }).rejected).toEqual({ 'node-1': 'excluded' })
  expect(gate(all, { onlyNode: nodeIdOf(2) })).toEqual({
    able: ['node-2'],
    rejected: { 'node-1': 'not-the-owner' },
  })
  const draining = candidateFor(2, { isDraining: true })
  expect(gate([candidateFor(1), draining], { onlyNode: nodeIdOf(2) }).able).toEqual(['node-2'])
})

test('models are not looked at where the request has none', () => {
  expect(gate([candidateFor(1, { model: undefined })], { model: undefined }).able).toEqual(['node-1'])
})

test('a model in memory fits, whatever its file says; a node that has not told its memory is believed', () => {
  const large = { ...model, sizeBytes: 20e9 }
  expect(gate([candidateFor(1, { model: { ...large, isWarm: true } })]).able).toEqual(['node-1'])
  expect(gate([candidateFor(1, { model: large, budgetBytes: 0 })]).able).toEqual(['node-1'])
})

test('nodes for which the model is too large are asked last of all: together they may hold it', () => {
  const large = { model: { ...model, sizeBytes: 20e9 } }
  expect(gate([candidateFor(1, large), candidateFor(2, large)])).toEqual({
    able: ['node-1', 'node-2'],
    rejected: {},
  })
  expect(gate([candidateFor(1, large), candidateFor(2, { standing: 'out' })])).toEqual({
    able: ['node-2'],
    rejected: { 'node-1': 'too-large' },
  })
  expect(gate([candidateFor(1, large), candidateFor(2, { ...large, standing: 'out' })])).toEqual({
    able: ['node-1'],
    rejected: { 'node-2': 'ejected' },
  })
})

describe('nodes that were taken out', () => {
  test('are asked when nobody else is left', () => {
    const out = { standing: 'out' } as const
    expect(gate([candidateFor(1, out), candidateFor(2, out)]).able).toEqual(['node-1', 'node-2'])
    expect(gate([candidateFor(1, out), candidateFor(2, { isUp: false })]).able).toEqual(['node-1'])
    expect(gate([candidateFor(1, out), candidateFor(2)], { excluded: [nodeIdOf(2)] }).able).toEqual([
      'node-1',
    ])
    expect(gate([candidateFor(1, out), candidateFor(2)], { onlyNode: nodeIdOf(1) }).able).toEqual(['node-1'])
  })

  test('are asked when one more try is due', () => {
    expect(gate([candidateFor(1, { standing: 'probe' }), candidateFor(2)]).able).toHaveLength(2)
  })
})

describe('weights that differ under one name', () => {
  const withDigest = (number: number, digest: string | null, changes: Partial<PlacementCandidate> = {}) =>
    candidateFor(number, { model: { ...model, digest }, ...changes })

  test('are those of most nodes, and nodes that have not computed theirs stay in', () => {
    const all = [
      withDigest(1, 'bb', { isSelf: true }),
      withDigest(2, 'cc'),
      withDigest(3, 'cc'),
      withDigest(4, null),
    ]
    expect(gate(all)).toEqual({
      able: ['node-2', 'node-3', 'node-4'],
      rejected: { 'node-1': 'other-digest' },
    })
  })

  test('are this node’s when as many have others', () => {
    const all = [withDigest(1, 'bb', { isSelf: true }), withDigest(2, 'aa')]
    expect(gate(all).able).toEqual(['node-1'])
  })

  test('do not change because nodes are down', () => {
    const down = { isUp: false }
    const all = [
      withDigest(1, 'bb'),
      withDigest(2, 'cc', down),
      withDigest(3, 'cc', down),
      withDigest(4, 'cc'),
    ]
    expect(gate(all).able).toEqual(['node-4'])
  })

  test('are used when nobody has the right ones any more', () => {
    const down = { isUp: false }
    const all = [withDigest(1, 'bb'), withDigest(2, 'cc', down), withDigest(3, 'cc', down)]
    expect(gate(all).able).toEqual(['node-1'])
    const out = { standing: 'out' } as const
    expect(gate([withDigest(1, 'bb'), withDigest(2, 'cc', out), withDigest(3, 'cc', out)]).able).toEqual([
      'node-1',
    ])
    expect(gate([withDigest(1, 'bb', out), withDigest(2, 'cc', out), withDigest(3, 'cc', out)]).able).toEqual(
      ['node-2', 'node-3'],
    )
  })
})
