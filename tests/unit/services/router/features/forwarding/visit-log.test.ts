import { expect, test } from 'bun:test'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import { createVisitLog } from '@service/router/features/forwarding/visit-log.ts'
import type { VisitTotals } from '@service/router/features/usage/visit-usage.ts'
import type { Log } from '@shared/log/create-log.ts'
import { accessKey, TEST_SECRET } from '../../../../../support/access-key-for.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const createLogger = (levels = ['debug', 'info']) => {
  const lines: unknown[] = []
  const write = (level: string) => (facts: object) => void lines.push({ level, ...facts })
  const log: object = {
    isLevelEnabled: (level: string) => levels.includes(level),
    debug: write('debug'),
    info: write('info'),
    child: () => log,
  }
  const used = new Map<string, VisitTotals>()
  const take = (visitId: string): VisitTotals | undefined => used.get(visitId)
  const clock = createManualClock()
  const visitLog = createVisitLog({
    // The part of a logger that is used.
    log: log as unknown as Log,
    usage: { take },
    clock,
    node: 'attic',
  })
  const begin = (): Visit =>
    new Visit(
      { visitId: 'v1', requestId: 'r1', method: 'POST', path: '/v1/models/secret' },
      visitLog,
      clock.now,
    )
  return { begin, clock, lines, used, visitLog }
}

/** Had a slot of an engine. */
const atWork = (visit: Visit): Visit =>
  Object.assign(visit, {
    route: { service: 'chat', entry: routeEntry('POST', '/v1/models/:id'), slotsPerModel: 1 },
    model: scriptedCard('llama').id,
    terms: { caller: 'key_1', requestClass: 'batch', deadline: undefined },
    queuedMs: 12.4,
    status: 200,
  })

const TOTALS: VisitTotals = {
  promptTokens: 7,
  cachedTokens: 3,
  completionTokens: 5,
  reasoningTokens: 0,
  firstTokenMs: 20.04,
}

test('the work of an engine is one line, with the route and not the path, and with what the engines used', async () => {
  const { begin, clock, lines, used } = createLogger()
  const visit = atWork(begin())
  visit.caller = { type: 'key', key: accessKey({ label: 'Laptop' }) }
  await clock.advance(30)
  visit.onFirstByte()
  await clock.advance(10)
  visit.end('answered')
  used.set('v1', TOTALS)
  expect(lines).toEqual([])
  await clock.advance(200)
  expect(lines).toEqual([
    {
      level: 'info',
      requestId: 'r1',
      key: accessKey().id,
      keyLabel: 'Laptop',
      node: 'attic',
      method: 'POST',
      route: '/v1/models/:id',
      status: 200,
      outcome: 'answered',
      ms: 40,
      firstByteMs: 30,
      model: 'llama',
      class: 'batch',
      queueMs: 12,
      promptTokens: 7,
      cachedTokens: 3,
      completionTokens: 5,
      firstTokenMs: 20,
    },
  ])
  expect(JSON.stringify(lines)).not.toContain(TEST_SECRET)
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('a line does not wait for ever for figures', async () => {
  const { begin, clock, lines } = createLogger()
  atWork(begin()).end('client-left')
  await clock.advance(199)
  expect(lines).toEqual([])
  await clock.advance(1)
  expect(lines).toMatchObject([{ outcome: 'client-left', key: 'none' }])
  expect(lines[0]).not.toHaveProperty('promptTokens')
})

test('what waits is written when the process ends, and once', async () => {
  const { begin, clock, lines, visitLog } = createLogger()
  atWork(begin()).end('answered')
  visitLog.flush()
  expect(lines).toHaveLength(1)
  await clock.advance(1000)
  expect(lines).toHaveLength(1)
})

test('what no engine works on is for those who look closely, unless it failed here', () => {
  const logged = (status: number, levels?: string[]): unknown[] => {
    const { begin, lines } = createLogger(levels)
    const visit = begin()
    visit.status = status
    visit.end('answered')
    return lines
  }
  expect(logged(200)).toMatchObject([{ level: 'debug', route: 'unknown' }])
  expect(logged(200, ['info'])).toEqual([])
  expect(logged(503)).toMatchObject([{ level: 'info', status: 503 }])
})

test('what another node sent is counted for its key, and says which node that was', () => {
  const { begin, lines, visitLog } = createLogger()
  const visit = atWork(begin())
  visit.caller = { type: 'peer', nodeId: 'x', name: 'cellar', for: 'key_1' }
  visit.end('answered')
  visitLog.flush()
  expect(lines).toMatchObject([{ key: 'key_1', sentBy: 'cellar' }])
})

test('work of another node is work too, and says where it was done and after how many tries', () => {
  const { begin, lines, visitLog } = createLogger(['info'])
  const route = {
    service: 'chat',
    entry: routeEntry('POST', '/v1/chat/completions', { admission: 'engine' }),
    slotsPerModel: 1,
  }
  Object.assign(begin(), { route, status: 200, node: 'mini', tries: 2 }).end('answered')
  visitLog.flush()
  expect(lines).toMatchObject([{ level: 'info', node: 'attic', answeredBy: 'mini', tries: 2 }])
})
