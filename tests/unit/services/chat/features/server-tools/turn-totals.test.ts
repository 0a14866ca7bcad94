import { expect, test } from 'bun:test'
import { createTurnTotals } from '@service/chat/features/server-tools/turn-totals.ts'
import type { GenerationFinish } from '@shared/inference/generation-event.ts'

const finish = (part: Partial<GenerationFinish> = {}): GenerationFinish => ({
  type: 'generation-finish',
  reason: 'tool-calls',
  rawReason: 'tool-calls',
  usage: { promptTokens: 10, completionTokens: 3, cachedTokens: 2, reasoningTokens: 1 },
  timings: { prefillMs: 5, decodeMs: 7, loadMs: 100, totalMs: 112 },
  ...part,
})

test('tokens and times of all turns, the reason of the last, the load of the first', () => {
  const totals = createTurnTotals()
  totals.add(finish())
  totals.add(
    finish({
      reason: 'stop',
      rawReason: 'eos',
      timings: { prefillMs: 1, decodeMs: 1, loadMs: 0, totalMs: 2 },
    }),
  )
  expect(totals.finish()).toEqual({
    type: 'generation-finish',
    reason: 'stop',
    rawReason: 'eos',
    usage: { promptTokens: 20, completionTokens: 6, cachedTokens: 4, reasoningTokens: 2 },
    timings: { prefillMs: 6, decodeMs: 8, loadMs: 100, totalMs: 114 },
  })
})

test('one turn is as it was', () => {
  const totals = createTurnTotals()
  totals.add(finish())
  expect(totals.finish()).toEqual(finish())
})
