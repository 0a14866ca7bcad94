import { expect, test } from 'bun:test'
import { planLoad } from '@service/chat/policy/plan-load.ts'

const brief = (trained: number, contextTokens: number, slots: number): string[] =>
  planLoad(trained, { contextTokens, slots, threads: 1 }).map((plan) => `${plan.contextTokens}x${plan.slots}`)

test('tries half the context again and again, then a single slot', () => {
  expect(brief(131_072, 8192, 4)).toEqual(['8192x4', '4096x4', '2048x4', '2048x1'])
})

test('never plans more context than the model was trained for', () => {
  expect(brief(512, 8192, 4)).toEqual(['512x4', '512x1'])
  expect(brief(512, 8192, 1)).toEqual(['512x1'])
})
