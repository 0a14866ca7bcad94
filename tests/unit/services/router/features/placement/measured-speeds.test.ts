import { expect, test } from 'bun:test'
import { MeasuredSpeeds } from '@service/router/features/placement/measured-speeds.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { MODEL } from '../../../../../support/placement-simulation/placement-candidate.ts'

const usage = (changes: Partial<EngineUsage> = {}): EngineUsage => ({
  visitId: 'a',
  model: MODEL,
  promptTokens: 1100,
  cachedTokens: 100,
  completionTokens: 100,
  reasoningTokens: 0,
  firstTokenMs: 500,
  decodeMs: 2000,
  loadMs: 0,
  ...changes,
})

const speedsAfter = (...usages: readonly EngineUsage[]) => {
  const measured = new MeasuredSpeeds()
  for (const each of usages) measured.onUse(each)
  return measured.speeds()
}

test('speeds are those of the last work: what was read and not cached, and what was written', () => {
  expect(speedsAfter(usage())).toEqual([
    { model: MODEL, prefillTokensPerSecond: 2000, decodeTokensPerSecond: 50, loadMs: null },
  ])
})

test('the time in which a model is opened is no time of reading', () => {
  expect(speedsAfter(usage({ firstTokenMs: 3500, loadMs: 3000 }))).toEqual([
    { model: MODEL, prefillTokensPerSecond: 2000, decodeTokensPerSecond: 50, loadMs: 3000 },
  ])
  const [speed] = speedsAfter(usage({ firstTokenMs: 3500, loadMs: 3000 }), usage({ loadMs: 0.4 }))
  expect(speed?.loadMs).toBe(3000)
})

test('one that was slow for other reasons does not count, and the past is forgotten', () => {
  const [steady] = speedsAfter(usage(), usage({ firstTokenMs: 60_000, decodeMs: 90_000 }), usage())
  expect(steady).toMatchObject({ prefillTokensPerSecond: 2000, decodeTokensPerSecond: 50 })
  const slower = Array.from({ length: 15 }, () => usage({ firstTokenMs: 1000, decodeMs: 4000 }))
  expect(speedsAfter(usage(), usage(), ...slower)[0]).toMatchObject({
    prefillTokensPerSecond: 1000,
    decodeTokensPerSecond: 25,
  })
})

test.each([
  ['nothing was written', { completionTokens: 0, firstTokenMs: null, decodeMs: 0 }],
  ['nearly all was cached', { cachedTokens: 1080, completionTokens: 3 }],
  ['no time has passed', { firstTokenMs: 0, decodeMs: 0 }],
  ['more was cached than there is', { cachedTokens: 5000, completionTokens: 1 }],
])('nothing is measured when %s', (_, changes) => {
  expect(speedsAfter(usage(changes))).toEqual([
    { model: MODEL, prefillTokensPerSecond: null, decodeTokensPerSecond: null, loadMs: null },
  ])
})

test('it is the same list until there is something new to tell', () => {
  const measured = new MeasuredSpeeds()
  measured.onUse(usage())
  const told = measured.speeds()
  measured.onUse(usage({ decodeMs: 2010 }))
  expect(measured.speeds()).toBe(told)
  for (let time = 0; time < 3; time += 1) measured.onUse(usage({ decodeMs: 3000 }))
  expect(measured.speeds()).not.toBe(told)
})

test('models that are gone are told no more', () => {
  const measured = new MeasuredSpeeds()
  measured.onUse(usage())
  measured.onUse(usage({ model: 'another' as ModelId }))
  measured.keepOnly(new Set([MODEL]))
  expect(measured.speeds().map(({ model }) => model)).toEqual([MODEL])
})
