import { LEASE_REPORT_EVERY_MS } from '@shared/contracts/memory-lease.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { StoreClock } from './store-clock.ts'

export interface BackgroundWorkPorts {
  readonly scan: () => Promise<unknown>
  readonly scanEveryMs: number
  readonly expireLeases: () => void
  readonly clock: StoreClock
  readonly log: Log
}

/** What the service does without being asked. */
export interface BackgroundWork {
  /** Resolves after the first scan. */
  start(): Promise<void>
  /** Starts nothing more; resolves when what is under way is done. */
  stop(): Promise<void>
}

export const createBackgroundWork = (ports: BackgroundWorkPorts): BackgroundWork => {
  let isStopped = false
  let scanning: Promise<void> = Promise.resolve()
  const cancels = new Map<string, () => void>()
  const repeat = (name: string, everyMs: number, work: () => Promise<void>): void => {
    if (isStopped) return
    const cancel = ports.clock.after(everyMs, () => void work().then(() => repeat(name, everyMs, work)))
    cancels.set(name, cancel)
  }
  const scan = async (): Promise<void> => {
    scanning = ports.scan().then(
      () => undefined,
      (error: unknown) => ports.log.error({ err: error }, 'a scan failed; the next one tries again'),
    )
    await scanning
  }
  return {
    async start() {
      repeat('leases', LEASE_REPORT_EVERY_MS, async () => ports.expireLeases())
      await scan()
      repeat('scan', ports.scanEveryMs, scan)
    },
    async stop() {
      isStopped = true
      for (const cancel of cancels.values()) cancel()
      await scanning
    },
  }
}
