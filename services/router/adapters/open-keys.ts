import { join } from 'node:path'
import { keyFilePath } from '@shared/access/key-file.ts'
import type { Log } from '@shared/log/create-log.ts'
import { openAuditLogFile } from './audit-log-file.ts'
import { KeyRingFile } from './key-ring-file.ts'
import { KeyUsageFile } from './key-usage-file.ts'

/** How soon a key counts that another program has made or revoked. */
const KEYS_READ_EVERY_MS = 1000
/** How much of what is known of the use of keys a crash may lose. */
const KEY_USAGE_SAVED_EVERY_MS = 5000

/** The keys of the node `node`, and what is written down of their use. */
export const openKeys = async (skeinHome: string, node: string, log: Log) => {
  const ring = await KeyRingFile.open({ path: keyFilePath(skeinHome), node, now: () => Date.now(), log })
  const usage = await KeyUsageFile.open(join(skeinHome, 'key-usage.json'), log)
  const audit = openAuditLogFile(join(skeinHome, 'logs'), log)
  const save = (): Promise<void> =>
    usage.save().catch((error: unknown) => log.error({ err: error }, 'the use of keys was not saved'))
  const timers = [
    setInterval(() => void ring.refresh(), KEYS_READ_EVERY_MS),
    setInterval(() => void save(), KEY_USAGE_SAVED_EVERY_MS),
  ]
  return {
    ring,
    usage,
    audit,
    async close() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all([save(), audit.close()])
    },
  }
}
