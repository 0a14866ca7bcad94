import { expect, test } from 'bun:test'
import { WireFailure } from '@shared/fetch/connector.ts'
import type { Connector } from '@shared/fetch/connector.ts'
import { createNodeConnector } from '@shared/fetch/node-connector.ts'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { replyText, startRawServer } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'
import { createScriptedResolver } from '../../../support/fetch/scripted-resolver.ts'
import { createManualClock, settled } from '../../../support/manual-clock.ts'

test('the next address is tried only while no server can have seen the request', async () => {
  const free = await startRawServer(() => undefined)
  await free.stop()
  const resolver = createScriptedResolver({ 'two.test': [['::1', '127.0.0.1']] })
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'second')))
  const reply = await fetcherFor({ ports: { resolver } }).fetch({
    url: `http://two.test:${server.port}/`,
    param: 'url',
  })
  expect(Buffer.from(await reply.bytes()).toString()).toBe('second')
  await server.stop()

  const rude = await startRawServer((socket) => socket.destroy())
  const tried: string[] = []
  const real = createNodeConnector()
  const refused = await refusalOf(
    fetcherFor({
      ports: {
        resolver: createScriptedResolver({ 'two.test': [['127.0.0.1', '127.0.0.2']] }),
        connector: {
          exchange(request, watch) {
            tried.push(request.address)
            return real.exchange(request, watch)
          },
        },
      },
    }).fetch({ url: `http://two.test:${rude.port}/`, param: 'url' }),
  )
  expect(refused.code).toBe('unavailable')
  expect(tried).toEqual(['127.0.0.1'])
  await rude.stop()

  const nobody = await refusalOf(
    fetcherFor().fetch({ url: `http://pictures.test:${free.port}/`, param: 'url' }),
  )
  expect(nobody.code).toBe('unavailable')
  expect(nobody.message).not.toMatch(/ECONN|127\.0/)
})

test('an address that stays silent while connecting makes room for the next', async () => {
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'second')))
  const real = createNodeConnector()
  const tried: string[] = []
  /** From everywhere but 127.0.0.1 no packet ever comes back. */
  const connector: Connector = {
    exchange(request, watch) {
      tried.push(request.address)
      if (request.address === '127.0.0.1') return real.exchange(request, watch)
      return new Promise((_resolve, reject) => {
        watch.signal.addEventListener('abort', () =>
          reject(new WireFailure('unreachable', watch.signal.reason)),
        )
      })
    },
  }
  const clock = createManualClock()
  const resolver = createScriptedResolver({ 'two.test': [['10.0.0.1', '127.0.0.1']] })
  const reply = fetcherFor({ ports: { clock, connector, resolver } }).fetch({
    url: `http://two.test:${server.port}/`,
    param: 'url',
  })
  await settled()
  await clock.advance(1499)
  expect(tried).toEqual(['10.0.0.1'])
  await clock.advance(1)
  expect(Buffer.from(await (await reply).bytes()).toString()).toBe('second')
  expect(tried).toEqual(['10.0.0.1', '127.0.0.1'])
  await server.stop()
})
