import { describe, expect, test } from 'bun:test'
import { createKeyLimits } from '@service/router/features/access/key-limits.ts'
import { NO_TOKENS, addTokens } from '@service/router/policy/token-count.ts'
import type { AccessKey } from '@shared/access/access-key.ts'
import { Fault } from '@shared/fault/fault.ts'
import { accessKey } from '../../../../../support/access-key-for.ts'

const NOON = Date.parse('2027-01-31T12:00:00Z')

/** Limits of a key that has used so many tokens today. */
const limitsOf = (changes: Partial<AccessKey>, used = 0) => {
  const world = { now: NOON, requests: 0 }
  const limits = createKeyLimits({
    now: () => world.now,
    usage: {
      of: () => ({ lastUsedAt: null, tokens: addTokens(NO_TOKENS, used, NOON) }),
      onRequest: () => void (world.requests += 1),
      onTokens: () => undefined,
    },
  })
  const ask = (isForTokens = true): Fault | undefined => {
    try {
      limits.onRequest(accessKey(changes), isForTokens)
      return undefined
    } catch (error) {
      if (error instanceof Fault) return error
      throw error
    }
  }
  return { ask, world }
}

test('a key without limits has none, and its use is known', () => {
  const { ask, world } = limitsOf({}, 1_000_000)
  for (let count = 0; count < 1000; count += 1) expect(ask()).toBeUndefined()
  expect(world.requests).toBe(1000)
})

test('more requests than in a minute are refused, with the seconds to wait', () => {
  const { ask, world } = limitsOf({ requestsPerMinute: 6 })
  for (let count = 0; count < 6; count += 1) expect(ask(false)).toBeUndefined()
  expect(ask(false)).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 10 })
  world.now += 10_000
  expect(ask()).toBeUndefined()
})

describe('a spent budget', () => {
  test('of a day is full again at midnight', () => {
    const { ask, world } = limitsOf({ tokenBudget: { tokens: 100, period: 'day' } }, 100)
    expect(ask()).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 12 * 3600 })
    world.now += 12 * 3600 * 1000
    expect(ask()).toBeUndefined()
  })

  test('of all time has nothing to wait for', () => {
    const refused = limitsOf({ tokenBudget: { tokens: 100, period: 'total' } }, 101).ask()
    expect(refused?.code).toBe('rate_limited')
    expect(refused?.retryAfterSeconds).toBeUndefined()
  })

  test('ends what an engine would have to do, and nothing else', () => {
    expect(limitsOf({ tokenBudget: { tokens: 100, period: 'day' } }, 100).ask(false)).toBeUndefined()
  })

  test('is not spent while one token is left', () => {
    expect(limitsOf({ tokenBudget: { tokens: 100, period: 'month' } }, 99).ask()).toBeUndefined()
  })
})
