import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuditLogFile } from '@service/router/adapters/audit-log-file.ts'
import type { AuditEntry } from '@service/router/features/access/audit-trail.ts'
import { createLog } from '@shared/log/create-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-audit-'))
afterAll(() => rmSync(directory, { recursive: true }))

const log = createLog('test', 'silent')

const entry = (requestId: string): AuditEntry => ({
  time: '2027-01-31T12:00:00.000Z',
  requestId,
  key: 'local',
  label: 'a "label"\n',
  peer: null,
  method: 'POST',
  route: '/models/scan',
  status: 200,
})

test('one line for each entry, after those of the run before, for the owner alone', async () => {
  const logs = join(directory, 'one', 'logs')
  for (const requestId of ['first', 'second']) {
    const file = openAuditLogFile(logs, log)
    file.write(entry(requestId))
    await file.close()
  }
  const path = join(logs, 'audit.log')
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([entry('first'), entry('second')])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a full file makes room for a new one, and no more than six are kept', async () => {
  const logs = join(directory, 'full')
  const file = openAuditLogFile(logs, log, '1K')
  for (let count = 0; count < 100; count += 1) file.write(entry(`request ${count}`))
  await file.close()
  expect(readdirSync(logs).filter((name) => name.startsWith('audit.log')).length).toBeLessThanOrEqual(6)
  expect(readFileSync(join(logs, 'audit.log.1'), 'utf8')).toContain('/models/scan')
})
