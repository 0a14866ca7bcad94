import { expect, test } from 'bun:test'
import { createKeySpending } from '@service/router/features/access/key-spending.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'

const openSpending = () => {
  const listeners: ((usage: EngineUsage) => void)[] = []
  const charged: string[] = []
  const spending = createKeySpending({
    feed: {
      onUse(listener) {
        listeners.push(listener)
        return () => undefined
      },
    },
    usage: { onTokens: (keyId, tokens, at) => void charged.push(`${keyId} ${tokens} at ${at}`) },
    now: () => 7,
  })
  const use = (visitId: string, promptTokens: number, completionTokens: number): void => {
    // The rest of what a service tells does not matter to a budget.
    const usage = { visitId, promptTokens, completionTokens } as EngineUsage
    for (const listener of listeners) listener(usage)
  }
  return { charged, spending, use }
}

test('what an engine used is charged to the key of the visit, piece by piece', () => {
  const { charged, spending, use } = openSpending()
  spending.remember('visit', 'key_a')
  use('visit', 10, 5)
  use('somebody else', 100, 100)
  use('visit', 0, 1)
  expect(charged).toEqual(['key_a 15 at 7', 'key_a 1 at 7'])
})

test('a hundred thousand visits are remembered, and the oldest makes room', () => {
  const { charged, spending, use } = openSpending()
  for (let visit = 0; visit <= 100_000; visit += 1) spending.remember(`visit ${visit}`, 'key_a')
  use('visit 0', 1, 1)
  expect(charged).toEqual([])
  use('visit 1', 1, 1)
  use('visit 100000', 1, 1)
  expect(charged).toHaveLength(2)
})
