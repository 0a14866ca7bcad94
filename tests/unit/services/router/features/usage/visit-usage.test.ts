import { expect, test } from 'bun:test'
import { createVisitUsage } from '@service/router/features/usage/visit-usage.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const createUsage = () => {
  let tell: (usage: EngineUsage) => void = () => undefined
  const usage = createVisitUsage({
    onUse(listener) {
      tell = listener
      return () => undefined
    },
  })
  return {
    usage,
    use: (visitId: string, firstTokenMs: number | null = 5) =>
      tell({
        visitId,
        model: scriptedCard('llama').id,
        promptTokens: 7,
        cachedTokens: 3,
        completionTokens: 5,
        reasoningTokens: 1,
        firstTokenMs,
        decodeMs: 1,
        loadMs: 1,
      }),
  }
}

test('the pieces of a visit add up; its first token is the first of all', () => {
  const { usage, use } = createUsage()
  use('v1', null)
  use('v1', 9)
  use('v2')
  use('v1', 4)
  expect(usage.take('v1')).toMatchObject({
    promptTokens: 21,
    cachedTokens: 9,
    completionTokens: 15,
    reasoningTokens: 3,
    firstTokenMs: 4,
  })
  expect(usage.take('v1')).toBeUndefined()
})

test('what nobody takes does not stay for ever', () => {
  const { usage, use } = createUsage()
  for (let index = 0; index <= 10_000; index += 1) use(`v${index}`)
  expect(usage.take('v0')).toBeUndefined()
  expect(usage.take('v1')).toBeDefined()
  expect(usage.take('v10000')).toBeDefined()
})
