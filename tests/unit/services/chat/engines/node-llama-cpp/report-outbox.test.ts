import { expect, test } from 'bun:test'
import type { EngineReports } from '../../../../../../services/chat/engines/node-llama-cpp/engine-messages.ts'
import { createReportOutbox } from '../../../../../../services/chat/engines/node-llama-cpp/report-outbox.ts'

test('all reports of one turn go as one message, in order', async () => {
  const sent: EngineReports[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const outbox = createReportOutbox((reports) => {
    sent.push(reports)
    if (sent.length === 2) resolve()
  })
  outbox.push({ type: 'pong' })
  await Promise.resolve()
  outbox.push({ type: 'failed', reason: 'x' })
  setImmediate(() => outbox.push({ type: 'ready', contextTokens: 1 }))
  await promise
  expect(sent).toEqual([
    [{ type: 'pong' }, { type: 'failed', reason: 'x' }],
    [{ type: 'ready', contextTokens: 1 }],
  ])
})
