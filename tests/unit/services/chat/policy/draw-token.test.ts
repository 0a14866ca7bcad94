import { expect, test } from 'bun:test'
import { drawToken } from '../../../../../services/chat/policy/draw-token.ts'
import type { Candidate, DrawingRules } from '../../../../../services/chat/policy/draw-token.ts'

const OFF: DrawingRules = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  biases: new Map(),
}

/** Probabilities 0.5, 0.3, 0.15, 0.05 of the tokens 1, 2, 3, 4. */
const CANDIDATES: readonly Candidate[] = [0.5, 0.3, 0.15, 0.05].map((probability, index) => ({
  id: index + 1,
  logit: Math.log(probability),
}))

const draw = (
  change: Partial<DrawingRules>,
  chance: number,
  recent: ReadonlyMap<number, number> = new Map(),
) => drawToken(CANDIDATES, { ...OFF, ...change }, recent, chance)

/** The share of each token over all chances. */
const shares = (change: Partial<DrawingRules>, recent: ReadonlyMap<number, number> = new Map()) => {
  const drawn = Array.from({ length: 10_000 }, (_, index) => draw(change, index / 10_000, recent))
  return [1, 2, 3, 4].map((id) => drawn.filter((one) => one === id).length / 10_000)
}

const expectShares = (actual: readonly number[], expected: readonly number[]): void => {
  for (const [index, share] of expected.entries()) expect(actual[index]).toBeCloseTo(share, 3)
}

test('tokens come as often as the model says', () => {
  expectShares(shares({}), [0.5, 0.3, 0.15, 0.05])
})

test('without temperature the likeliest comes, of equals the first of the vocabulary', () => {
  for (const chance of [0, 0.5, 0.999]) expect(draw({ temperature: 0 }, chance)).toBe(1)
  const equals = [
    { id: 9, logit: 1 },
    { id: 4, logit: 1 },
  ]
  expect(drawToken(equals, { ...OFF, temperature: 0 }, new Map(), 0)).toBe(4)
})

test('temperature makes probabilities steeper or flatter', () => {
  const squares = [0.25, 0.09, 0.0225, 0.0025]
  expectShares(
    shares({ temperature: 0.5 }),
    squares.map((square) => square / 0.365),
  )
})

test('top k, top p and min p cut, one after the other', () => {
  expectShares(shares({ topK: 2 }), [0.625, 0.375, 0, 0])
  expectShares(shares({ topP: 0.75 }), [0.625, 0.375, 0, 0])
  expectShares(shares({ topP: 0 }), [1, 0, 0, 0])
  expectShares(shares({ minP: 0.29 }), [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0])
  expectShares(shares({ minP: 1 }), [1, 0, 0, 0])
  // 0.5 of the first three is 0.526, so two are not enough for 0.9.
  expectShares(shares({ topK: 3, topP: 0.9 }), [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0])
})

test('penalties make what came before less likely', () => {
  const recent = new Map([[1, 2]])
  const [one = 0] = shares({ frequencyPenalty: 0.5 }, recent)
  const weight = 0.5 * Math.exp(-1)
  expect(one).toBeCloseTo(weight / (weight + 0.5), 3)
  const [present = 0] = shares({ presencePenalty: 1 }, recent)
  expect(present).toBeCloseTo(weight / (weight + 0.5), 3)
  // A negative logit is multiplied: ln 0.5 × 2 = ln 0.25.
  expect(shares({ repeatPenalty: 2 }, recent)[0]).toBeCloseTo(0.25 / 0.75, 3)
  const positive = [
    { id: 1, logit: 4 },
    { id: 2, logit: 3 },
  ]
  expect(drawToken(positive, { ...OFF, temperature: 0, repeatPenalty: 2 }, recent, 0)).toBe(2)
})

test('biases ban and force', () => {
  expectShares(shares({ biases: new Map([[1, -Infinity]]) }), [0, 0.6, 0.3, 0.1])
  expect(draw({ temperature: 0, biases: new Map([[4, 100]]) }, 0)).toBe(4)
  const all = new Map(CANDIDATES.map(({ id }) => [id, -Infinity]))
  expect(draw({ biases: all }, 0.5)).toBeUndefined()
})
