import { describe, expect, test } from 'bun:test'
import { SelfReport } from '@service/router/features/cluster/self-report.ts'
import type { SelfReportPorts } from '@service/router/features/cluster/self-report.ts'
import type { ModelState } from '@service/router/features/models/node-models.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { modelCardFor } from '../../../../../support/model-card-for.ts'
import { writeTestModel } from '../../../../../support/gguf/test-models.ts'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const path = join(mkdtempSync(join(tmpdir(), 'skein-self-report-')), 'm.gguf')
await writeTestModel('endless', path)
const card = await modelCardFor('endless', path)

const state = (lastUsedAt: string, loaded: string): ModelState => ({
  id: card.id,
  state: loaded,
  lastUsedAt,
  engine: null,
  memoryBytes: 0,
})

const tell = (over: Partial<SelfReportPorts> = {}) => {
  const told = new Map<string, unknown>()
  const clock = createManualClock()
  const report = new SelfReport(
    {
      services: () => [{ name: 'chat', state: 'up', version: '1', capabilities: ['chat'] }],
      models: { cards: [card], states: () => Promise.resolve([state('1', 'ready')]) },
      lanes: () => [{ lane: 'endless', slots: 4, running: 1, waiting: 0, pendingTokens: 300 }],
      fetchMemory: () =>
        Promise.resolve({
          budgetBytes: 100,
          held: [
            { model: card.id, bytes: 30 },
            { model: card.id, bytes: 5 },
          ],
        }),
      speeds: () => [],
      fetchBackends: () => Promise.resolve([{ name: 'node-llama-cpp', version: '3.22.1', digest: null }]),
      links: () => [],
      spending: () => [],
      clock,
      log: createLog('test', 'silent'),
      ...over,
    },
    { isDraining: false, announce: (topic, value) => void told.set(topic, value) },
  )
  return { clock, report, told }
}

describe('what a node says of itself', () => {
  test('is told at once where nobody must be asked, and soon after what others know', async () => {
    const { clock, report, told } = tell()
    report.start()
    expect(told.get('models')).toMatchObject([{ id: 'endless', capabilities: ['chat'], defect: null }])
    expect(told.get('services')).toMatchObject([{ name: 'chat', state: 'up' }])
    expect(told.get('load')).toMatchObject({ heldBytes: 0, lanes: [{ running: 1, pendingTokens: 300 }] })
    await settled()
    await clock.advance(100)
    expect(told.get('load')).toMatchObject({ budgetBytes: 100, heldBytes: 35, warm: ['endless'] })
    expect(told.get('backends')).toMatchObject([{ name: 'node-llama-cpp' }])
    report.stop()
  })

  test('stays as it was told last while model-store cannot be asked', async () => {
    let isThere = true
    const fetchMemory = () =>
      isThere ? Promise.resolve({ budgetBytes: 7, held: [] }) : Promise.reject(new Error('gone'))
    const { clock, report, told } = tell({ fetchMemory })
    report.start()
    await settled()
    isThere = false
    await clock.advance(2000)
    expect(told.get('load')).toMatchObject({ budgetBytes: 7, warm: ['endless'] })
    report.stop()
  })

  test('ends when it is stopped', async () => {
    const { clock, report, told } = tell()
    report.start()
    await settled()
    report.stop()
    told.clear()
    await clock.advance(60_000)
    expect(told.size).toBe(0)
  })
})
