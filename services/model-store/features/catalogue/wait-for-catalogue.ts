import type { ModelCatalogue } from '@shared/contracts/model-catalogue.ts'
import type { StoreClock } from '../store-clock.ts'
import type { Catalogue } from './catalogue.ts'

/** Less than what proxies and clients commonly wait. */
const LONGEST_WAIT_MS = 25_000

/** The catalogue as soon as it is not of revision `after`, or when the wait is over, or when the caller has left. */
export const createWaitForCatalogue =
  (catalogue: Catalogue, clock: StoreClock) =>
  async (after: number | undefined, signal: AbortSignal): Promise<ModelCatalogue> => {
    if (after === undefined || after !== catalogue.revision) return catalogue.snapshot
    const end = Promise.withResolvers<void>()
    const stopTimer = clock.after(LONGEST_WAIT_MS, end.resolve)
    const leave = (): void => end.resolve()
    signal.addEventListener('abort', leave, { once: true })
    await Promise.race([catalogue.changedSince(after), end.promise])
    stopTimer()
    signal.removeEventListener('abort', leave)
    return catalogue.snapshot
  }
