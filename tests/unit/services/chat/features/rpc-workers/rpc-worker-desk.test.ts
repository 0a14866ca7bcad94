import { describe, expect, test } from 'bun:test'
import type { MemoryLeases } from '@service/chat/features/engine-pool/memory-leases.ts'
import { RpcWorkerDesk } from '@service/chat/features/rpc-workers/rpc-worker-desk.ts'
import { rpcWorkersPlugin } from '@service/chat/features/rpc-workers/rpc-workers-plugin.ts'
import { readHeldReply } from '@shared/contracts/held-grant.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLog } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import { callApp } from '../../../../../support/call-app.ts'
import { eventually } from '../../../../../support/eventually.ts'

const SIGNAL = new AbortController().signal
const WISH = { bytes: 1000, model: 'big' }

const createDesk = () => {
  const state = {
    version: '0.5.0' as string | undefined,
    memoryFault: undefined as Fault | undefined,
    startFault: undefined as Fault | undefined,
  }
  const held = new Set<string>()
  const programs: { end: (reason: string) => void; hasStopped: boolean }[] = []
  const leases: MemoryLeases = {
    async acquire({ bytes, engine, model }) {
      if (state.memoryFault !== undefined) throw state.memoryFault
      expect({ bytes, engine, model: String(model) }).toEqual({
        bytes: 1000,
        engine: 'ggml-rpc-server',
        model: 'memory-lent-to-other-nodes',
      })
      const leaseId = `lease-${held.size + 1}`
      held.add(leaseId)
      return leaseId
    },
    async release(leaseId) {
      held.delete(leaseId)
    },
    report: async () => undefined,
  }
  const desk = new RpcWorkerDesk({
    servers: {
      version: async () => state.version,
      async start() {
        if (state.startFault !== undefined) throw state.startFault
        const exited = Promise.withResolvers<string>()
        const program = { end: exited.resolve, hasStopped: false }
        programs.push(program)
        return {
          port: 4000 + programs.length,
          processId: 77,
          exited: exited.promise,
          residentBytes: async () => 900,
          async stop() {
            program.hasStopped = true
            exited.resolve('SIGTERM')
          },
        }
      },
    },
    leases,
    onChange: () => undefined,
    now: () => 0,
    log: createLog('test', 'silent'),
  })
  return { desk, held, programs, state }
}

describe('memory that is lent to another node', () => {
  test('is in the ledger, at work, until it is given back', async () => {
    const { desk, held } = createDesk()
    const lent = await desk.lend(WISH, SIGNAL)
    expect(lent.grant).toEqual({ port: 4001 })
    expect(await desk.reports()).toMatchObject([
      {
        leaseId: 'lease-1',
        bytes: 1000,
        residentBytes: 900,
        activeRequests: 1,
        state: 'ready',
        engineVersion: '0.5.0',
      },
    ])
    expect([desk.holds('lease-1'), desk.holds('other')]).toEqual([true, false])
    await lent.end()
    expect([held.size, desk.holds('lease-1'), (await desk.reports()).length]).toEqual([0, false, 0])
  })

  test('is free again when the program dies, and the borrower hears why', async () => {
    const { desk, held, programs } = createDesk()
    const { ended } = await desk.lend(WISH, SIGNAL)
    programs[0]?.end('SIGSEGV')
    expect(await ended).toContain('SIGSEGV')
    expect(held.size).toBe(0)
  })

  test('is free again when the program does not come up', async () => {
    const { desk, held, state } = createDesk()
    state.startFault = new Fault('unavailable', 'no')
    await expect(desk.lend(WISH, SIGNAL)).rejects.toMatchObject({ code: 'unavailable' })
    await eventually('its lease is given back', () => held.size === 0)
  })

  test('is refused where it is not free, and where there is no program, saying how to get it', async () => {
    const { desk, state } = createDesk()
    state.memoryFault = new Fault('overloaded', 'no room')
    await expect(desk.lend(WISH, SIGNAL)).rejects.toMatchObject({ code: 'overloaded' })
    state.version = undefined
    for (const ask of [() => desk.lend(WISH, SIGNAL), () => desk.backend()])
      await expect(ask()).rejects.toMatchObject({
        code: 'not_supported',
        message: expect.stringContaining('skein backends build llama-server'),
      })
  })

  test('goes back when the service stops', async () => {
    const { desk, held, programs } = createDesk()
    await desk.lend(WISH, SIGNAL)
    await desk.lend(WISH, SIGNAL)
    await desk.close()
    expect(programs.map(({ hasStopped }) => hasStopped)).toEqual([true, true])
    await eventually('nothing is held', () => held.size === 0)
  })
})

describe('the route of lent memory', () => {
  const timer = { after: () => () => undefined }
  const appOf = (desk: RpcWorkerDesk) => new Elysia().use(rpcWorkersPlugin(desk, timer))

  test('lends for as long as the reply is held', async () => {
    const { desk, held, programs } = createDesk()
    const reply = await callApp(appOf(desk), '/_skein/rpc-workers', { json: WISH })
    const borrowed = await readHeldReply(reply, timer)
    expect([borrowed.grant, held.size]).toEqual([{ port: 4001 }, 1])
    borrowed.release()
    await eventually('the program is stopped', () => programs[0]?.hasStopped === true && held.size === 0)
  })

  test('tells the backend, and refuses what is no wish', async () => {
    const { desk } = createDesk()
    const app = appOf(desk)
    expect(await (await callApp(app, '/_skein/rpc-backend')).json()).toEqual({
      name: 'llama.cpp-rpc',
      version: '0.5.0',
    })
    for (const json of [
      {},
      { bytes: 0, model: 'x' },
      { bytes: 1.5, model: 'x' },
      { bytes: -1, model: 'x' },
      { bytes: '9', model: 9 },
      [],
      null,
    ])
      expect((await callApp(app, '/_skein/rpc-workers', { json })).status).toBe(400)
  })
})
