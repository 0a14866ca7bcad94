import { afterEach, describe, expect, test } from 'bun:test'
import type { OutboundRequest } from '@service/router/features/forwarding/service-transport.ts'
import type { RpcOutlet } from '@service/router/features/sharding/rpc-tunnel.ts'
import { WorkerLending } from '@service/router/features/sharding/worker-lending.ts'
import type { NodeId } from '@service/router/policy/cluster/node-id.ts'
import { heldReply, readHeldReply } from '@shared/contracts/held-grant.ts'
import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLog } from '@shared/log/create-log.ts'
import { eventually } from '../../../../../support/eventually.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const NEAR = 'near' as NodeId
const OTHER = 'other' as NodeId
const WISH = { bytes: 1000, model: 'big' }

/** A router whose chat service lends workers on port 7, and whose outlets are ended by the test. */
const createLending = () => {
  const clock = createManualClock()
  const asked: OutboundRequest[] = []
  const ended = Promise.withResolvers<string>()
  const outlets: { end: () => void; wasCut: boolean }[] = []
  let givenBack = 0
  const state = { refusal: undefined as Fault | undefined, isDraining: false, hasWorker: true }
  const lending = new WorkerLending({
    services: {
      async send(_service, request) {
        asked.push(request)
        if (state.refusal !== undefined)
          return Response.json({ fault: encodeFault(state.refusal) }, { status: state.refusal.status })
        const { signal } = request
        return heldReply(
          { port: 7 },
          { ended: ended.promise, onLeft: () => void (givenBack += 1), signal },
          clock,
        )
      },
    },
    async connect(port, onEnd) {
      if (!state.hasWorker) throw new Error('ECONNREFUSED')
      expect(port).toBe(7)
      const outlet = { end: onEnd, wasCut: false }
      outlets.push(outlet)
      return {
        cut() {
          outlet.wasCut = true
          onEnd()
        },
      } as unknown as RpcOutlet
    },
    isDraining: () => state.isDraining,
    clock,
    createId: () => 'w1',
    log: createLog('test', 'silent'),
  })
  const borrow = async () => {
    const reply = await lending.lend(NEAR, WISH, new AbortController().signal)
    return readHeldReply<{ workerId: string }>(reply, { after: () => () => undefined })
  }
  return {
    asked,
    borrow,
    clock,
    endWorker: ended.resolve,
    givenBackCount: () => givenBack,
    lending,
    outlets,
    state,
  }
}

describe('a worker that is lent to another node', () => {
  let node = createLending()
  afterEach(() => {
    node = createLending()
  })

  test('is asked of the chat service, and named without its port', async () => {
    const { grant } = await node.borrow()
    expect(grant).toEqual({ workerId: 'w1' })
    expect(node.asked[0]).toMatchObject({ method: 'POST', pathAndQuery: '/_skein/rpc-workers' })
    expect(await new Response(node.asked[0]?.body).json()).toEqual(WISH)
  })

  test('is for the node that borrowed it alone', async () => {
    await node.borrow()
    await node.lending.connect(NEAR, 'w1')
    for (const [who, id] of [
      [OTHER, 'w1'],
      [NEAR, 'w2'],
      [NEAR, '__proto__'],
      [NEAR, ''],
    ] as const)
      await expect(node.lending.connect(who, id)).rejects.toMatchObject({ code: 'not_found' })
    expect(node.outlets).toHaveLength(1)
  })

  test('is given back when nobody has connected for a minute, and kept while somebody is', async () => {
    const held = await node.borrow()
    await node.clock.advance(59_000)
    await node.lending.connect(NEAR, 'w1')
    await node.clock.advance(600_000)
    expect(node.givenBackCount()).toBe(0)
    node.outlets[0]?.end()
    await settled()
    await node.clock.advance(59_000)
    expect(node.givenBackCount()).toBe(0)
    await node.clock.advance(1000)
    await eventually('it is given back', () => node.givenBackCount() === 1)
    expect(await held.ended).toBeString()
    await expect(node.lending.connect(NEAR, 'w1')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('is given back when the other node lets go', async () => {
    const held = await node.borrow()
    held.release()
    await eventually('it is given back', () => node.givenBackCount() === 1)
  })

  test('takes its connections with it when it ends, and the other node hears why', async () => {
    const held = await node.borrow()
    await node.lending.connect(NEAR, 'w1')
    node.endWorker('SIGKILL')
    expect(await held.ended).toBe('SIGKILL')
    expect(node.outlets).toMatchObject([{ wasCut: true }])
    await node.clock.advance(120_000)
    expect(node.givenBackCount()).toBe(0)
  })

  test('that does not answer is no connection, and its minute runs on', async () => {
    await node.borrow()
    node.state.hasWorker = false
    await expect(node.lending.connect(NEAR, 'w1')).rejects.toMatchObject({ code: 'unavailable' })
    await node.clock.advance(61_000)
    await eventually('it is given back', () => node.givenBackCount() === 1)
  })

  test('is refused as the chat service refuses it, and while this node drains', async () => {
    node.state.refusal = new Fault('not_supported', 'There is no RPC worker.')
    await expect(node.borrow()).rejects.toMatchObject({
      code: 'not_supported',
      message: 'There is no RPC worker.',
    })
    node.state.refusal = undefined
    node.state.isDraining = true
    await expect(node.borrow()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('goes back with all others when the router stops', async () => {
    await node.borrow()
    node.lending.close()
    await eventually('it is given back', () => node.givenBackCount() === 1)
  })
})
