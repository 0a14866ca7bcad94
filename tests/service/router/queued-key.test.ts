import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { accessKey, TEST_SECRET } from '../../support/access-key-for.ts'
import { createMemoryKeyRing } from '../../support/memory-key-ring.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const keys = createMemoryKeyRing([accessKey()])
const finish = Promise.withResolvers<void>()

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    keys,
    chat: {
      slotsPerModel: 1,
      routes: [routeEntry('POST', '/v1/chat/completions', { capability: 'chat', admission: 'engine' })],
      async answer() {
        await finish.promise
        return Response.json({})
      },
    },
  })
})
afterAll(() => live.close())

const chat = (headers: Record<string, string> = {}) =>
  live.ask('/v1/chat/completions', { method: 'POST', body: '{"messages":[]}', headers })

const waiting = async (): Promise<number> => (await jsonOf(live.ask('/status'))).queue.waiting

test('a request that waits in the queue leaves it when its key is revoked', async () => {
  const atWork = chat()
  await eventually('the only slot is taken', () => live.chat.seen.length === 1)
  const queued = chat({ authorization: `Bearer ${TEST_SECRET}` })
  await eventually('it waits', async () => (await waiting()) === 1)
  await keys.revoke('key_0000000000000001')
  const refused = await queued
  expect(refused.status).toBe(401)
  expect((await jsonOf(refused)).error.message).toBe('This API key was revoked.')
  expect(await waiting()).toBe(0)
  finish.resolve()
  expect((await atWork).status).toBe(200)
  expect(live.chat.seen.length).toBe(1)
})
