import { expect, test } from 'bun:test'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import { createVisitLog } from '@service/router/features/forwarding/visit-log.ts'
import type { Log } from '@shared/log/create-log.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

/** What is logged of one visit, at the levels that are on. */
const logged = (change: (visit: Visit) => void, levels = ['debug', 'info']): unknown[] => {
  const lines: unknown[] = []
  const write = (level: string) => (facts: object) => void lines.push({ level, ...facts })
  const log: object = {
    isLevelEnabled: (level: string) => levels.includes(level),
    debug: write('debug'),
    info: write('info'),
    child: () => log,
  }
  // The part of a logger that is used.
  const visitLog = createVisitLog(log as unknown as Log)
  const visit = new Visit(
    { visitId: 'v1', requestId: 'r1', method: 'POST', path: '/v1/models/secret' },
    { onFirstByte: () => undefined, onEnd: visitLog.onEnd },
    () => 0,
  )
  change(visit)
  visit.end('answered')
  return lines
}

test('the work of an engine is one line, with the route and not the path', () => {
  const lines = logged((visit) => {
    visit.route = { service: 'chat', entry: routeEntry('POST', '/v1/models/:id'), slotsPerModel: 1 }
    visit.model = scriptedCard('llama').id
    visit.queuedMs = 12.4
    visit.status = 200
  })
  expect(lines).toEqual([
    {
      level: 'info',
      requestId: 'r1',
      method: 'POST',
      route: '/v1/models/:id',
      status: 200,
      outcome: 'answered',
      ms: 0,
      model: 'llama',
      queueMs: 12,
    },
  ])
})

test('what no engine works on is for those who look closely, unless it failed here', () => {
  expect(logged((visit) => void (visit.status = 200))).toMatchObject([{ level: 'debug', route: 'unknown' }])
  expect(logged((visit) => void (visit.status = 200), ['info'])).toEqual([])
  expect(logged((visit) => void (visit.status = 503))).toMatchObject([{ level: 'info', status: 503 }])
})
