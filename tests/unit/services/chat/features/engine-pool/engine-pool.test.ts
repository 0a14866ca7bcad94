import { describe, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { settled } from '../../../../../support/manual-clock.ts'
import { createScriptedNode, scriptedCard } from '../../../../../support/scripted-node.ts'

const alpha = scriptedCard('alpha').id
const beta = scriptedCard('beta').id
const cards = [scriptedCard('alpha'), scriptedCard('beta')]
const forever = new AbortController().signal
const gone = (): AbortSignal => AbortSignal.abort(new Error('left'))

describe('the engine pool', () => {
  test('loads a model once for all who ask at the same time', async () => {
    const { pool, driver } = createScriptedNode({ cards })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    driver.loadGate = () => gate
    const borrowed = [1, 2, 3].map(() => pool.borrow(alpha, forever))
    open()
    const engines = await Promise.all(borrowed)
    expect(driver.loads).toHaveLength(1)
    expect(new Set(engines.map(({ engine }) => engine)).size).toBe(1)
  })

  test('reports what it holds: loading with its waiters, then ready with its work', async () => {
    const { pool, driver } = createScriptedNode({ cards })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    driver.loadGate = () => gate
    const borrowing = pool.borrow(alpha, forever)
    await settled()
    expect(await pool.reports()).toMatchObject([
      { model: 'alpha', state: 'loading', activeRequests: 1, leaseId: 'lease-1' },
    ])
    open()
    const { release } = await borrowing
    release()
    expect(await pool.reports()).toMatchObject([
      { state: 'ready', activeRequests: 0, residentBytes: 1000, engine: 'scripted' },
    ])
  })

  test('takes no memory for a model of another machine, and looks it up anew when nobody uses it', async () => {
    const remote = scriptedCard('far', { format: 'remote', source: 'external' })
    const { pool, clock, driver, granted, unloads } = createScriptedNode({ cards: [remote] })
    const { release } = await pool.borrow(remote.id, forever)
    await clock.advance(1000)
    expect({ granted, reports: await pool.reports(), open: pool.openModels }).toEqual({
      granted: [],
      reports: [],
      open: [remote.id],
    })
    release()
    await clock.advance(1)
    expect(pool.openModels).toEqual([])
    expect(unloads).toEqual([])
    ;(await pool.borrow(remote.id, forever)).release()
    expect(driver.loads).toHaveLength(2)
  })

  test('refuses a model of a machine that does not answer with the reason, for a while', async () => {
    const remote = scriptedCard('far', {
      format: 'remote',
      source: 'external',
      defect: 'The machine is off.',
    })
    const { pool } = createScriptedNode({ cards: [remote] })
    const fault: unknown = await pool.borrow(remote.id, forever).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: 'unavailable', message: 'The machine is off.', retryAfterSeconds: 5 })
  })

  test('unloads what was idle for its keep-alive, and not a moment earlier', async () => {
    const { pool, clock, released, unloads } = createScriptedNode({ cards, settings: { keepAliveMs: 1000 } })
    const { release } = await pool.borrow(alpha, forever)
    await clock.advance(5000)
    expect(pool.openModels).toEqual([alpha])
    release()
    await clock.advance(999)
    expect(pool.openModels).toEqual([alpha])
    await clock.advance(1)
    expect(pool.openModels).toEqual([])
    expect(released).toEqual(['lease-1'])
    expect(unloads).toEqual(['alpha expired'])
  })

  test('never unloads by time with a keep-alive of -1, and at once with 0', async () => {
    const forEver = createScriptedNode({ cards, settings: { keepAliveMs: -1 } })
    ;(await forEver.pool.borrow(alpha, forever)).release()
    await forEver.clock.advance(10 ** 9)
    expect(forEver.pool.openModels).toEqual([alpha])
    const atOnce = createScriptedNode({ cards, settings: { keepAliveMs: 0 } })
    ;(await atOnce.pool.borrow(alpha, forever)).release()
    await atOnce.clock.advance(0)
    expect(atOnce.pool.openModels).toEqual([])
  })

  test('keeps a model as long as the last caller with a wish said', async () => {
    const { pool, clock } = createScriptedNode({ cards, settings: { keepAliveMs: 1000 } })
    ;(await pool.borrow(alpha, forever, 5000)).release()
    ;(await pool.borrow(alpha, forever)).release()
    await clock.advance(4999)
    expect(pool.openModels).toEqual([alpha])
    ;(await pool.borrow(alpha, forever, 0)).release()
    await clock.advance(0)
    expect(pool.openModels).toEqual([])
    ;(await pool.borrow(alpha, forever)).release()
    await clock.advance(1000)
    expect(pool.openModels).toEqual([])
  })

  test('never sets a timer that is too long for the runtime, which would fire at once', async () => {
    const { pool, clock } = createScriptedNode({ cards })
    ;(await pool.borrow(alpha, forever, 10 ** 12)).release()
    const [report] = await pool.reports()
    expect(new Date(report?.expiresAt ?? 0).getTime() - clock.now()).toBe(2 ** 31 - 1)
  })

  test('unloads on demand: an idle model at once, a busy one after its last caller, an unknown one never', async () => {
    const { pool, clock, driver } = createScriptedNode({ cards })
    await pool.unload(beta)
    const { release } = await pool.borrow(alpha, forever)
    await pool.unload(alpha)
    expect(pool.openModels).toEqual([alpha])
    release()
    await clock.advance(0)
    expect(driver.closed).toEqual(['alpha'])
    ;(await pool.borrow(alpha, forever)).release()
    await pool.unload(alpha)
    expect(driver.closed).toEqual(['alpha', 'alpha'])
    expect(driver.loads.map(({ id }) => id)).toEqual([alpha, alpha])
  })

  test('gives up an idle engine when its memory is asked for, never a busy one', async () => {
    const { pool, driver, unloads } = createScriptedNode({ cards })
    const { release } = await pool.borrow(alpha, forever)
    expect(await pool.revoke('lease-1')).toBe(false)
    release()
    expect(await pool.revoke('lease-1')).toBe(true)
    expect(driver.closed).toEqual(['alpha'])
    expect(unloads).toEqual(['alpha evicted'])
    expect(await pool.revoke('lease-unknown')).toBe(true)
  })

  test('keeps an engine that is promised to a caller whose load is under way', async () => {
    const { pool, driver } = createScriptedNode({ cards })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    driver.loadGate = () => gate
    const borrowing = pool.borrow(alpha, forever)
    await settled()
    expect(await pool.revoke('lease-1')).toBe(false)
    open()
    expect((await borrowing).engine.model).toBe(alpha)
  })

  test('opens a model anew for who asks while it is being closed', async () => {
    const { pool, driver } = createScriptedNode({ cards })
    ;(await pool.borrow(alpha, forever)).release()
    const revoking = pool.revoke('lease-1')
    const again = await pool.borrow(alpha, forever)
    await revoking
    expect(driver.loads).toHaveLength(2)
    expect(again.engine.model).toBe(alpha)
  })

  test('loads a crashed model again for the next request, and rests it after three crashes in a minute', async () => {
    const { pool, driver, clock, released, unloads } = createScriptedNode({ cards })
    for (let crash = 1; crash <= 3; crash += 1) {
      await pool.borrow(alpha, forever)
      driver.crash('alpha')
      await settled()
      expect(pool.openModels).toEqual([])
      expect(released).toHaveLength(crash)
    }
    expect(unloads).toEqual(['alpha crashed', 'alpha crashed', 'alpha crashed'])
    const refusal = await pool.borrow(alpha, forever).catch((error: Fault) => error)
    expect(refusal).toMatchObject({ code: 'unavailable', retryAfterSeconds: 60 })
    expect((await pool.borrow(beta, forever)).engine.model).toBe(beta)
    await clock.advance(60_000)
    expect((await pool.borrow(alpha, forever)).engine.model).toBe(alpha)
  })

  test('gives memory back and tells the reason when a model cannot be opened, and tries again next time', async () => {
    const { pool, driver, released } = createScriptedNode({ cards })
    driver.loadGate = () => Promise.reject(new Fault('model_not_loadable', 'No such tensor.'))
    expect(await pool.borrow(alpha, forever).catch((error: Fault) => error.message)).toBe('No such tensor.')
    expect(released).toEqual(['lease-1'])
    driver.loadGate = () => Promise.resolve()
    expect((await pool.borrow(alpha, forever)).engine.model).toBe(alpha)
  })

  test('stops waiting for memory when everybody who asked has left, and asks anew for the next', async () => {
    let asked = 0
    const { pool, driver } = createScriptedNode({
      cards,
      acquire: (_, signal) => {
        asked += 1
        if (asked > 1) return Promise.resolve('lease-late')
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    })
    const client = new AbortController()
    const borrowing = pool.borrow(alpha, client.signal)
    await settled()
    client.abort(new Error('left'))
    expect(await borrowing.catch((error: Error) => error.message)).toBe('left')
    expect((await pool.borrow(alpha, forever)).engine.model).toBe(alpha)
    expect(driver.loads).toHaveLength(1)
  })

  test('finishes a load that has begun though its caller has left', async () => {
    const { pool, driver } = createScriptedNode({ cards })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    driver.loadGate = () => gate
    const client = new AbortController()
    const borrowing = pool.borrow(alpha, client.signal).catch(() => undefined)
    await settled()
    client.abort()
    await borrowing
    open()
    await settled()
    expect(pool.openModels).toEqual([alpha])
    expect((await pool.reports())[0]).toMatchObject({ activeRequests: 0 })
  })

  test('takes less context when the wished one can never fit', async () => {
    const asked: number[] = []
    const { pool } = createScriptedNode({
      cards,
      acquire: () => {
        asked.push(asked.length)
        if (asked.length < 2) throw new Fault('overloaded', 'Too big.', { details: { budgetBytes: 1 } })
        return Promise.resolve('lease-small')
      },
    })
    const { engine } = await pool.borrow(alpha, forever)
    expect(engine.contextTokens).toBe(2048)
    expect(engine.slots).toBe(4)
  })

  test('refuses who has left already, and closes everything at the end', async () => {
    const { pool, driver, released } = createScriptedNode({ cards })
    expect(await pool.borrow(alpha, gone()).catch((error: Error) => error.message)).toBe('left')
    const models: ModelId[] = [alpha, beta]
    for (const model of models) await pool.borrow(model, forever)
    await pool.close()
    expect(driver.closed.toSorted()).toEqual(['alpha', 'beta'])
    expect(released).toHaveLength(2)
  })
})
