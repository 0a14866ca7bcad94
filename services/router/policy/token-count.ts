/** Days and months are those of UTC. */
export type BudgetPeriod = 'day' | 'month' | 'total'

/** Tokens in one period, by its name: `2027-01-31`, `2027-01`. */
interface PeriodCount {
  readonly name: string
  readonly tokens: number
}

/** What a key has used: in the last day and month in which it used something, and in all. */
export interface TokenCount {
  readonly day: PeriodCount
  readonly month: PeriodCount
  readonly total: number
}

export const NO_TOKENS: TokenCount = {
  day: { name: '', tokens: 0 },
  month: { name: '', tokens: 0 },
  total: 0,
}

const LENGTH_OF_NAME = { day: 'YYYY-MM-DD'.length, month: 'YYYY-MM'.length } as const

/** @param now Unix milliseconds */
export const addTokens = (count: TokenCount, tokens: number, now: number): TokenCount => ({
  day: { name: nameOf('day', now), tokens: tokensIn(count, 'day', now) + tokens },
  month: { name: nameOf('month', now), tokens: tokensIn(count, 'month', now) + tokens },
  total: count.total + tokens,
})

/** What a key has used on several nodes, each of which counts its own. */
export const sumTokens = (counts: readonly TokenCount[]): TokenCount => ({
  day: latestPeriod(counts.map(({ day }) => day)),
  month: latestPeriod(counts.map(({ month }) => month)),
  total: counts.reduce((sum, { total }) => sum + total, 0),
})

/** Names of periods sort by time. Nodes that used nothing in the latest one count nothing of it. */
const latestPeriod = (periods: readonly PeriodCount[]): PeriodCount => {
  const name = periods.reduce((latest, period) => (period.name > latest ? period.name : latest), '')
  const inIt = periods.filter((period) => period.name === name)
  return { name, tokens: inIt.reduce((sum, { tokens }) => sum + tokens, 0) }
}

/** Tokens in the running period. */
export const tokensIn = (count: TokenCount, period: BudgetPeriod, now: number): number => {
  if (period === 'total') return count.total
  return count[period].name === nameOf(period, now) ? count[period].tokens : 0
}

/** Milliseconds until a period is over; undefined for the one that never is. */
export const untilNextPeriodMs = (period: BudgetPeriod, now: number): number | undefined => {
  if (period === 'total') return undefined
  const today = new Date(now)
  const next =
    period === 'day'
      ? Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + 1)
      : Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1)
  return next - now
}

const nameOf = (period: 'day' | 'month', now: number): string =>
  new Date(now).toISOString().slice(0, LENGTH_OF_NAME[period])
