import { describe, expect, test } from 'bun:test'
import { chooseNode } from '@service/router/policy/placement/choose-node.ts'
import type { TieBreak } from '@service/router/policy/placement/choose-node.ts'
import { PLACEMENT_POLICIES } from '@service/router/policy/placement/placement.ts'
import type {
  PlacementCandidate,
  PlacementDecision,
  PlacementPolicy,
  PlacementWish,
} from '@service/router/policy/placement/placement.ts'
import * as fc from 'fast-check'
import {
  candidateFor,
  nodeIdOf,
  wishFor,
} from '../../../../../support/placement-simulation/placement-candidate.ts'

const FIRST: TieBreak = { random: 0, turn: 0 }

const chosen = ({ ranking }: PlacementDecision): string | undefined => ranking[0]?.name

const choose = (
  candidates: readonly PlacementCandidate[],
  wish: Partial<PlacementWish> = {},
  policy: PlacementPolicy = 'best',
  tieBreak: TieBreak = FIRST,
): PlacementDecision => chooseNode(wishFor(wish), candidates, policy, tieBreak)

const choiceOf = (...candidates: readonly PlacementCandidate[]): string | undefined =>
  chosen(choose(candidates))

describe('the best node', () => {
  test('is the one that has the model in memory', () => {
    const cold = { isWarm: false, isSound: true, digest: 'aa', sizeBytes: 1e9 }
    expect(choiceOf(candidateFor(1, { model: cold }), candidateFor(2))).toBe('node-2')
  })

  test('is the one that has worked on the prompt before, unless too many wait there', () => {
    const known = { matchedTokens: 900 }
    expect(choiceOf(candidateFor(1), candidateFor(2, known))).toBe('node-2')
    expect(choiceOf(candidateFor(1), candidateFor(2, { ...known, running: 1, pendingTokens: 1100 }))).toBe(
      'node-2',
    )
    const full = { ...known, running: 4, waiting: 3, pendingTokens: 7700 }
    expect(choiceOf(candidateFor(1), candidateFor(2, full))).toBe('node-1')
  })

  test('is the faster one, and the slower one when that has a queue', () => {
    const fast = { prefillTokensPerSecond: 4000, decodeTokensPerSecond: 100 }
    expect(choiceOf(candidateFor(1), candidateFor(2, fast))).toBe('node-2')
    const busy = { running: 4, waiting: 6, pendingTokens: 11_000 }
    expect(choiceOf(candidateFor(1), candidateFor(2, { ...fast, ...busy }))).toBe('node-1')
  })

  test('is the idle one, also when the others’ requests are only on their way', () => {
    expect(choiceOf(candidateFor(1, { running: 1, pendingTokens: 1000 }), candidateFor(2))).toBe('node-2')
    expect(choiceOf(candidateFor(1, { reservedRequests: 1, reservedTokens: 1000 }), candidateFor(2))).toBe(
      'node-2',
    )
  })

  test('is the one whose machine is not busy with other models, unless its own queue is longer', () => {
    expect(choiceOf(candidateFor(1, { otherRunning: 3 }), candidateFor(2))).toBe('node-2')
    const full = { running: 4, waiting: 2, pendingTokens: 6600 }
    expect(choiceOf(candidateFor(1, { otherRunning: 3 }), candidateFor(2, full))).toBe('node-1')
  })

  test('is the one that opens the model already, while there is room', () => {
    const model = { isWarm: false, isSound: true, digest: 'aa', sizeBytes: 1e9 }
    const opening = { model, loadMs: 8000, reservedRequests: 1, reservedTokens: 1100 }
    expect(choiceOf(candidateFor(1, { model, loadMs: 8000 }), candidateFor(2, opening))).toBe('node-2')
  })

  test('is one where nothing must leave the memory first', () => {
    const model = { isWarm: false, isSound: true, digest: 'aa', sizeBytes: 6e9 }
    const full = { model, heldBytes: 15e9 }
    expect(choiceOf(candidateFor(1, full), candidateFor(2, { model }))).toBe('node-2')
  })

  test('is near rather than far', () => {
    expect(choiceOf(candidateFor(1, { rttMs: 400 }), candidateFor(2))).toBe('node-2')
  })

  test('is this node among equals, and those take turns otherwise', () => {
    const equal = [candidateFor(1), candidateFor(2), candidateFor(3)]
    const picks = [0, 0.4, 0.9].map((random) => chosen(choose(equal, {}, 'best', { random, turn: 0 })))
    expect(picks).toEqual(['node-1', 'node-2', 'node-3'])
    const own = [candidateFor(1), candidateFor(2, { isSelf: true }), candidateFor(3)]
    for (const random of [0, 0.4, 0.9]) {
      expect(chosen(choose(own, {}, 'best', { random, turn: 0 }))).toBe('node-2')
    }
  })

  test('has its reasons in milliseconds, and they add up', () => {
    const [only] = choose([candidateFor(1, { matchedTokens: 600, rttMs: 2 })]).ranking
    expect(only?.cost).toEqual({
      networkMs: 2,
      queueMs: 0,
      loadMs: 0,
      prefillMs: 400,
      decodeMs: 2000,
      pressureMs: 0,
    })
    expect(only?.score).toBe(2402)
  })

  test('is not chosen for a speed that nobody has measured', () => {
    const unknown = { prefillTokensPerSecond: undefined, decodeTokensPerSecond: undefined }
    const { ranking } = choose([candidateFor(1), candidateFor(2, unknown), candidateFor(3)])
    expect(new Set(ranking.map(({ score }) => score)).size).toBe(1)
  })
})

describe('the other policies', () => {
  test('the least busy is that of the fewest requests for each slot, and of those the fastest', () => {
    const two = [candidateFor(1, { running: 2 }), candidateFor(2, { running: 3, slots: 8 })]
    expect(chosen(choose(two, {}, 'least-busy'))).toBe('node-2')
    const fast = [candidateFor(1), candidateFor(2, { decodeTokensPerSecond: 90 })]
    expect(chosen(choose(fast, {}, 'least-busy'))).toBe('node-2')
    const reserved = [candidateFor(1, { reservedRequests: 1 }), candidateFor(2)]
    expect(chosen(choose(reserved, {}, 'least-busy'))).toBe('node-2')
  })

  test('by turns means one after the other, over those that can', () => {
    const some = [candidateFor(1), candidateFor(2, { isUp: false }), candidateFor(3), candidateFor(4)]
    const picks = [0, 1, 2, 3].map((turn) => chosen(choose(some, {}, 'round-robin', { random: 0.5, turn })))
    expect(picks).toEqual(['node-1', 'node-3', 'node-4', 'node-1'])
  })

  test('at random means what the number says', () => {
    const some = [candidateFor(1), candidateFor(2), candidateFor(3)]
    const picks = [0, 0.34, 0.99].map((random) => chosen(choose(some, {}, 'random', { random, turn: 9 })))
    expect(picks).toEqual(['node-1', 'node-2', 'node-3'])
  })

  test('this node is preferred while its wait is short', () => {
    const own = { isSelf: true, prefillTokensPerSecond: 100, decodeTokensPerSecond: 5 }
    expect(chosen(choose([candidateFor(1), candidateFor(2, own)], {}, 'prefer-local'))).toBe('node-2')
    const queue = { running: 4, waiting: 4, pendingTokens: 9000 }
    expect(chosen(choose([candidateFor(1), candidateFor(2, { ...own, ...queue })], {}, 'prefer-local'))).toBe(
      'node-1',
    )
    expect(chosen(choose([candidateFor(1), candidateFor(3)], {}, 'prefer-local'))).toBe('node-1')
  })
})

const amount = fc.nat({ max: 100_000 })
const candidates = fc
  .array(
    fc.record({
      isUp: fc.boolean(),
      isDraining: fc.boolean(),
      hasCapability: fc.boolean(),
      standing: fc.constantFrom('in', 'probe', 'out'),
      model: fc.option(
        fc.record({
          isWarm: fc.boolean(),
          isSound: fc.boolean(),
          digest: fc.constantFrom('aa', 'bb', null),
          sizeBytes: fc.constantFrom(1e9, 50e9),
        }),
        { nil: undefined },
      ),
      slots: fc.nat({ max: 8 }),
      running: fc.nat({ max: 8 }),
      waiting: amount,
      otherRunning: fc.nat({ max: 8 }),
      pendingTokens: amount,
      reservedRequests: fc.nat({ max: 9 }),
      reservedTokens: amount,
      prefillTokensPerSecond: fc.constantFrom(undefined, 0, 1, 5000),
      decodeTokensPerSecond: fc.constantFrom(undefined, 0, 1, 100),
      loadMs: fc.option(amount, { nil: undefined }),
      budgetBytes: fc.constantFrom(0, 16e9),
      matchedTokens: amount,
    }),
    { maxLength: 9 },
  )
  .map((some) => some.map((changes, at) => candidateFor(at + 1, { ...changes, isSelf: at === 0 })))

test('whatever there is: everybody is ranked or rejected once, the scores are numbers, the best is first', () => {
  fc.assert(
    fc.property(
      candidates,
      fc.constantFrom(...PLACEMENT_POLICIES),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(),
      (some, policy, random, turn) => {
        const { ranking, rejections } = choose(some, {}, policy, { random, turn })
        const all = [...ranking, ...rejections].map(({ nodeId }) => nodeId)
        expect(all.toSorted()).toEqual(some.map(({ nodeId }) => nodeId).toSorted())
        for (const { cost, score } of ranking) {
          expect(Number.isFinite(score)).toBe(true)
          for (const part of Object.values(cost)) expect(part).toBeGreaterThanOrEqual(0)
        }
        if (policy !== 'best' || ranking.length === 0) return
        const [best] = ranking
        const least = Math.min(...ranking.map(({ score }) => score))
        expect(best?.score).toBeLessThanOrEqual(least + Math.max(3, least * 0.05) + 1e-6)
      },
    ),
  )
})

test('who could answer is never left without a choice; who has no room for the model only where nobody has', () => {
  fc.assert(
    fc.property(candidates, (some) => {
      const could = some.filter(
        ({ hasCapability, isDraining, isUp, model }) =>
          isUp && !isDraining && hasCapability && model?.isSound === true,
      )
      const { ranking } = choose(some)
      expect(ranking.length > 0).toBe(could.length > 0)
      const hasRoom = ({ budgetBytes, model }: PlacementCandidate): boolean =>
        model?.isWarm === true || budgetBytes === 0 || (model?.sizeBytes ?? 0) <= budgetBytes
      if (!could.some(hasRoom)) return
      const chosen = new Set(ranking.map(({ nodeId }) => nodeId))
      expect(some.filter(({ nodeId }) => chosen.has(nodeId)).every(hasRoom)).toBe(true)
    }),
  )
})

test('nobody is chosen where nobody is', () => {
  for (const policy of PLACEMENT_POLICIES) expect(choose([], {}, policy).ranking).toEqual([])
  expect(choose([candidateFor(1)], { excluded: [nodeIdOf(1)] }).ranking).toEqual([])
})
