import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { openaiRoutes } from '../../support/machines/test-machine.ts'
import { jsonOf } from '../../support/wire-json.ts'
import { openMachineBench } from './machine-bench.ts'
import type { MachineBench } from './machine-bench.ts'

let bench: MachineBench
beforeEach(async () => {
  bench = await openMachineBench()
})
afterEach(() => bench.close())

describe('a server that goes away', () => {
  test('takes its models out of the lists within five seconds, and they come back by themselves', async () => {
    const machine = bench.machineWith(openaiRoutes('m'))
    const { id } = await bench.added({ url: machine.url, name: 'studio' })
    await machine.stop()
    await bench.home.clock.advance(2000)
    await eventually('it is missed', async () => (await bench.listed()).length === 0)
    const down = await jsonOf(bench.home.call(`/v1/externals/${id}`))
    expect(down).toMatchObject({
      state: 'down',
      reason: expect.stringContaining('Nothing answers'),
      models: [{ id: 'm' }],
    })
    expect((await jsonOf(bench.home.call('/models'))).data).toMatchObject([{ id: 'm', state: 'error' }])
    const access = await bench.home.call('/_skein/external-models/m')
    expect(access.status).toBe(503)
    expect((await jsonOf(access)).fault).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    machine.start()
    await bench.home.clock.advance(1000)
    await eventually('it is back', async () => (await bench.listed()).length === 1)
    expect(await jsonOf(bench.home.call('/v1/externals/studio'))).toMatchObject({ state: 'up', reason: null })
  })

  test('is looked at less and less often, and at once when somebody asks', async () => {
    const machine = bench.machineWith(openaiRoutes('m'))
    await bench.added({ url: machine.url, name: 'studio' })
    await machine.stop()
    const check = () => jsonOf(bench.home.call('/v1/externals/studio/check', { method: 'POST' }))
    expect(await check()).toMatchObject({ state: 'down' })
    machine.start()
    expect(await check()).toMatchObject({ state: 'up' })
  })

  test('is looked at at once when the chat service could not reach it', async () => {
    const machine = bench.machineWith(openaiRoutes('m'))
    const { id } = await bench.added({ url: machine.url })
    await machine.stop()
    expect((await bench.home.call(`/_skein/externals/${id}/doubt`, { method: 'POST' })).status).toBe(204)
    await eventually('it is missed', async () => (await bench.listed()).length === 0)
  })

  test('a model that it no longer has is gone, a new one is there', async () => {
    const machine = bench.machineWith(openaiRoutes('old'))
    await bench.added({ url: machine.url })
    machine.answer(openaiRoutes('new'))
    await bench.home.clock.advance(2000)
    await eventually('the list is as there', async () => (await bench.listed()).join() === 'new')
  })
})
