import { expect, test } from 'bun:test'
import { createBudget } from '@service/router/features/forwarding/budget.ts'
import { createForwardRequest } from '@service/router/features/forwarding/forward-request.ts'
import type { PlacedRequest } from '@service/router/features/forwarding/placed-request.ts'
import { ServiceUnreachable } from '@service/router/features/forwarding/service-transport.ts'
import type { OutboundRequest } from '@service/router/features/forwarding/service-transport.ts'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createManualClock } from '../../../../../support/manual-clock.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

type Script = (outbound: OutboundRequest) => Response | Promise<Response>

/** Forwards one request through a transport that plays these scripts, one for each attempt. */
const forward = async (
  scripts: readonly Script[],
  placed: PlacedRequest = { body: new Uint8Array([1]), refused: undefined },
  options: { signal?: AbortSignal; connections?: number } = {},
) => {
  const sent: OutboundRequest[] = []
  const unreachable: string[] = []
  const ended: string[] = []
  const visit = new Visit(
    { visitId: 'v1', requestId: 'r', method: 'POST', path: '/v1/x' },
    { onFirstByte: () => undefined, onEnd: (_visit, outcome) => void ended.push(outcome) },
    () => 0,
  )
  const forwardRequest = createForwardRequest({
    placeRequest: async () => placed,
    transport: {
      async send(_service, outbound) {
        sent.push(outbound)
        const script = scripts[sent.length - 1]
        if (script === undefined) throw new Error('sent too often')
        return script(outbound)
      },
    },
    connections: createBudget(options.connections ?? 10, 'requests'),
    patience: { clock: createManualClock(), unreadMs: 1000 },
    onUnreachable: (service) => void unreachable.push(service),
  })
  const reply = await forwardRequest({
    visit,
    route: { service: 'chat', entry: routeEntry('POST', '/v1/x'), slotsPerModel: 1 },
    request: new Request('http://localhost/v1/x', { method: 'POST', ...options }),
    target: { path: '/v1/x', pathAndQuery: '/v1/x?q' },
  }).catch((error: unknown) => error)
  return { reply, sent, unreachable, ended }
}

const unreachable: Script = () => {
  throw new ServiceUnreachable('chat', new Error('ENOENT'))
}
const reset: Script = () => {
  throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
}
const ok: Script = () => Response.json({ ok: true }, { headers: { 'content-length': '11' } })

test('what could not be sent at all is sent once more, and the service is looked at', async () => {
  const { reply, sent, unreachable: seen, ended } = await forward([unreachable, ok])
  expect(await (reply as Response).json()).toEqual({ ok: true })
  expect(sent.map(({ pathAndQuery }) => pathAndQuery)).toEqual(['/v1/x?q', '/v1/x?q'])
  expect(seen).toEqual(['chat'])
  expect(ended).toEqual(['answered'])
})

test('and not a third time', async () => {
  const { reply, sent } = await forward([unreachable, unreachable, ok])
  expect(reply).toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 })
  expect(sent).toHaveLength(2)
})

test('what may have reached an engine is never sent again', async () => {
  const { reply, sent, unreachable: seen } = await forward([reset, ok])
  expect(reply).toMatchObject({ code: 'unavailable', message: expect.stringContaining('went away') })
  expect([sent.length, seen.length]).toEqual([1, 0])
})

test('a body that streams is never sent again, because it may be half gone', async () => {
  const body = new Blob(['x']).stream() as ReadableStream<Uint8Array<ArrayBuffer>>
  const { reply, sent } = await forward([unreachable, ok], { body, refused: undefined })
  expect(reply).toMatchObject({ code: 'unavailable' })
  expect(sent).toHaveLength(1)
})

test('a body that grows too long ends the request with that reason', async () => {
  const refused = AbortSignal.abort(new Fault('too_large', 'too much'))
  const { reply } = await forward([reset], { body: null, refused })
  expect(reply).toMatchObject({ code: 'too_large' })
})

test('a client that left is told nothing', async () => {
  const { reply } = await forward([reset], undefined, { signal: AbortSignal.abort(new Error('left')) })
  expect(reply).toMatchObject({ message: 'left' })
})

test('a node that has as many requests with its services as it can says so, instead of waiting without a word', async () => {
  const { reply, sent } = await forward([ok], undefined, { connections: 0 })
  expect(reply).toMatchObject({ code: 'overloaded' })
  expect(sent).toHaveLength(0)
})
