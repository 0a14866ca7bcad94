import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startHorde } from '../../support/hostile-horde.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { processFigures } from '../../support/process-figures.ts'
import { routeEntry } from '../../support/scripted-service.ts'

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    models: ['bench'],
    chat: {
      answer: () => Response.json({ choices: [] }),
      routes: [routeEntry('POST', '/v1/chat/completions', { capability: 'chat', bodyLimitBytes: 1_000_000 })],
    },
  })
})
afterAll(() => live.close())

const descriptors = (): number => (process.platform === 'linux' ? processFigures(process.pid).openFiles : 0)

// `bun prove hostile-clients` does the same with 10,500 connections and measures what it costs the others.
test('200 connections that never get to the point, bombs and uploads do not keep others from their answers', async () => {
  const before = descriptors()
  const horde = startHorde({ port: live.port, slowHeads: 180, slowBodies: 20, everyMs: 200 })
  const { figures } = horde
  try {
    await eventually('all of them are there', () => figures.opened >= 200)
    await eventually(
      'they have done their worst',
      () => figures.headBombs > 2 && figures.deepBodies > 2 && figures.uploads > 2,
    )
    for (let asked = 0; asked < 50; asked += 1) {
      const body = JSON.stringify({ model: 'bench', messages: [] })
      expect((await live.ask('/v1/chat/completions', { method: 'POST', body })).status).toBe(200)
      expect((await live.ask('/health')).status).toBe(200)
    }
  } finally {
    await horde.stop()
  }
  expect(figures.refused).toBe(0)
  expect(Object.keys(figures.statuses).toSorted()).toEqual(['400', '413', '431'])
  expect(figures.uploadedBytes / figures.uploads).toBeLessThan(20e6)
  expect(live.chat.seen.length).toBe(50)
  await eventually('their connections are gone', () => descriptors() <= before + 8)
})
