import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { parseAddressRange } from '@shared/fetch/address-class.ts'
import { PUBLIC_ONLY } from '@shared/fetch/fetch-policy.ts'
import { createForeignFetcher } from '@shared/fetch/foreign-fetcher.ts'
import { createNodeConnector } from '@shared/fetch/node-connector.ts'
import { systemClock } from '@shared/process/clock.ts'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { replyText, startRawServer } from '../../../support/fetch/raw-server.ts'
import type { RawServer } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'
import { createScriptedResolver } from '../../../support/fetch/scripted-resolver.ts'
import { ATTACKERS_NAMES, SSRF_FORMS } from '../../../support/fetch/ssrf-forms.ts'

/** What nobody may reach. Listens on both families; every connection counts. */
let secret: RawServer
let secretSix: RawServer
const NOT_FETCHED = 'never to be read'

beforeAll(async () => {
  const tell = (socket: { end(text: string): void }): void => socket.end(replyText('200 OK', [], NOT_FETCHED))
  secret = await startRawServer(tell)
  secretSix = await startRawServer(tell, { hostname: '::1' })
})

afterAll(async () => {
  await secret.stop()
  await secretSix.stop()
})

const publicOnly = () =>
  createForeignFetcher(
    { ...PUBLIC_ONLY, limits: { ...PUBLIC_ONLY.limits, maxBytes: 30_000 } },
    {
      resolver: createScriptedResolver(ATTACKERS_NAMES),
      connector: createNodeConnector(),
      clock: systemClock,
    },
  )

describe('a fetcher for the public Internet', () => {
  test.each(SSRF_FORMS)('never connects for %p: %s', async (form, code) => {
    for (const { port } of [secret, secretSix]) {
      const url = form.replaceAll('PORT', String(port))
      const refused = await refusalOf(publicOnly().fetch({ url, param: 'image_url' }))
      expect(refused.code as string).toBe(code)
      expect(refused.param).toBe('image_url')
      expect(refused.message).toContain("'image_url'")
      expect(refused.message).not.toMatch(/127\.0|::1|169\.254|passwd|nip/)
    }
    expect([secret.connections, secretSix.connections]).toEqual([0, 0])
  })

  test.each([
    ['a URL that is too long', `http://public.example/${'a'.repeat(9000)}`, 'invalid_request'],
    ['a base64 data URL over the limit', `data:image/png;base64,${'A'.repeat(200_000)}`, 'too_large'],
    ['a little too much base64', `data:image/png;base64,${'A'.repeat(40_004)}`, 'too_large'],
    ['a plain data URL over the limit', `data:,${'a'.repeat(40_000)}`, 'too_large'],
    ['a data URL without a comma', 'data:image/png;base64', 'invalid_request'],
  ])('refuses %s', async (_what, url, code) => {
    const refused = await refusalOf(publicOnly().fetch({ url, param: 'image_url' }))
    expect([refused.code as string, refused.param]).toEqual([code, 'image_url'])
  })

  test('reads a data URL without any network', async () => {
    const reply = await publicOnly().fetch({
      url: 'data:Text/Plain;charset=utf-8;base64,aGVsbG8=',
      param: 'url',
    })
    expect([reply.status, reply.contentType]).toEqual([200, 'text/plain'])
    expect(Buffer.from(await reply.bytes()).toString()).toBe('hello')
  })

  test('asks nobody for the address of a local name', async () => {
    const resolver = createScriptedResolver(ATTACKERS_NAMES)
    const fetcher = createForeignFetcher(PUBLIC_ONLY, {
      resolver,
      connector: createNodeConnector(),
      clock: systemClock,
    })
    for (const host of ['localhost', 'intranet', 'printer.local', 'metadata.google.internal'])
      await refusalOf(fetcher.fetch({ url: `http://${host}/`, param: 'url' }))
    expect(resolver.asked).toEqual([])
  })

  test('connects to the address that was checked, whatever the name means a moment later', async () => {
    const resolver = createScriptedResolver({ 'rebound.test': [['93.184.216.34'], ['127.0.0.1']] })
    const connected: string[] = []
    const fetcher = createForeignFetcher(PUBLIC_ONLY, {
      resolver,
      clock: systemClock,
      connector: {
        // The Internet of this test: only the address counts, and only the listener must not be among them.
        exchange(request) {
          connected.push(request.address)
          return Promise.resolve({
            status: 200,
            headers: [],
            body: new Blob(['public']).stream(),
            close: () => undefined,
          })
        },
      },
    })
    const reply = await fetcher.fetch({ url: `http://rebound.test:${secret.port}/`, param: 'url' })
    expect(Buffer.from(await reply.bytes()).toString()).toBe('public')
    expect(connected).toEqual(['93.184.216.34'])
    expect(resolver.asked).toEqual(['rebound.test'])
    expect(secret.connections).toBe(0)
  })
})

/** Runs last: until here nobody has connected, and the listener does count. */
test('the listener is reached as soon as a policy opens its address', async () => {
  const open = [parseAddressRange('127.0.0.1/32'), parseAddressRange('::1')].filter(
    (range) => range !== undefined,
  )
  const fetcher = fetcherFor({ policy: { allowsPrivateNetwork: false, allowedAddresses: open } })
  for (const [host, server] of [
    ['127.0.0.1', secret],
    ['[::1]', secretSix],
  ] as const) {
    expect(server.connections).toBe(0)
    const reply = await fetcher.fetch({ url: `http://${host}:${server.port}/`, param: 'url' })
    expect(Buffer.from(await reply.bytes()).toString()).toBe(NOT_FETCHED)
    expect(server.connections).toBe(1)
  }
})

test('a name of the operator may be private, those of others may not', async () => {
  const server = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'a picture')))
  const resolver = createScriptedResolver({
    'gallery.lan': [['127.0.0.1']],
    'a.home.arpa': [['127.0.0.1']],
    'gallery.lan.evil.test': [['127.0.0.1']],
    'evilgallery.lan': [['127.0.0.1']],
    'own-metadata.home.arpa': [['169.254.169.254']],
  })
  const fetcher = fetcherFor({
    policy: { allowsPrivateNetwork: false, allowedHosts: ['gallery.lan', '.home.arpa'] },
    ports: { resolver },
  })
  const go = (host: string) => fetcher.fetch({ url: `http://${host}:${server.port}/`, param: 'url' })
  for (const host of ['gallery.lan', 'GALLERY.lan.', 'a.home.arpa'])
    expect((await (await go(host)).bytes()).length).toBe(9)
  for (const host of ['gallery.lan.evil.test', 'evilgallery.lan', 'own-metadata.home.arpa', '127.0.0.1'])
    expect((await refusalOf(go(host))).code).toBe('forbidden')
  expect(server.connections).toBe(3)
  await server.stop()
})

test('an open range opens no local name that lies elsewhere', async () => {
  const range = parseAddressRange('192.168.1.0/24')
  const resolver = createScriptedResolver(ATTACKERS_NAMES)
  const fetcher = fetcherFor({
    policy: { allowsPrivateNetwork: false, allowedAddresses: range === undefined ? [] : [range] },
    ports: { resolver },
  })
  for (const host of ['printer.local', 'intranet', 'localhost'])
    expect((await refusalOf(fetcher.fetch({ url: `http://${host}/`, param: 'url' }))).code).toBe('forbidden')
  expect(resolver.asked).toEqual(['printer.local', 'intranet', 'localhost'])
})
