import type { AccessKey, TokenBudget } from '@shared/access/access-key.ts'
import { Fault } from '@shared/fault/fault.ts'
import { takeRequest } from '../../policy/request-rate.ts'
import type { RequestAllowance } from '../../policy/request-rate.ts'
import { tokensIn, untilNextPeriodMs } from '../../policy/token-count.ts'
import type { KeyUsage } from './key-usage.ts'

export interface KeyLimits {
  /**
   * Counts one request of a key.
   * @param isForTokens whether an engine may work for it: a spent budget ends only such requests
   * @throws Fault `rate_limited`: with the seconds after which it may come again, if ever
   */
  onRequest(key: AccessKey, isForTokens: boolean): void
}

export interface KeyLimitsPorts {
  readonly usage: KeyUsage
  /** Unix milliseconds. */
  readonly now: () => number
}

/**
 * Holds keys to their requests in a minute and their tokens in a period. A budget is looked at before a request and
 * charged after it: what is in flight when it runs out is finished.
 */
export const createKeyLimits = ({ now, usage }: KeyLimitsPorts): KeyLimits => {
  const allowances = new Map<string, RequestAllowance>()
  const countRequest = ({ id, requestsPerMinute }: AccessKey, at: number): void => {
    if (requestsPerMinute === null) return
    const { allowance, waitMs } = takeRequest(allowances.get(id), requestsPerMinute, at)
    allowances.set(id, allowance)
    if (waitMs > 0) throw tooManyRequests(requestsPerMinute, waitMs)
  }
  return {
    onRequest(key, isForTokens) {
      const at = now()
      usage.onRequest(key.id, at)
      countRequest(key, at)
      const { tokenBudget } = key
      if (!isForTokens || tokenBudget === null) return
      if (tokensIn(usage.of(key.id).tokens, tokenBudget.period, at) >= tokenBudget.tokens)
        throw budgetSpent(tokenBudget, at)
    },
  }
}

const tooManyRequests = (perMinute: number, waitMs: number): Fault =>
  new Fault('rate_limited', `This API key is for ${perMinute} requests per minute. Try again in a moment.`, {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
    details: { requestsPerMinute: perMinute },
  })

const AGAIN = {
  day: 'It is full again at midnight UTC.',
  month: 'It is full again on the first of the next month, UTC.',
  total: 'It does not fill again: `skein key change` raises it.',
} as const satisfies Record<TokenBudget['period'], string>

/** Still 429 where nothing but the operator helps: clients take it for a limit and not for a wrong key. */
const budgetSpent = ({ period, tokens }: TokenBudget, now: number): Fault => {
  const restMs = untilNextPeriodMs(period, now)
  const per = period === 'total' ? '' : ` per ${period}`
  return new Fault(
    'rate_limited',
    `The budget of this API key, ${tokens} tokens${per}, is spent. ${AGAIN[period]}`,
    {
      ...(restMs === undefined ? {} : { retryAfterSeconds: Math.ceil(restMs / 1000) }),
      details: { tokens, period },
    },
  )
}
