import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { fetcherFor } from '../../../support/fetch/fetcher-for.ts'
import { replyText, startRawServer } from '../../../support/fetch/raw-server.ts'
import type { RawServer } from '../../../support/fetch/raw-server.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'
import { createScriptedResolver } from '../../../support/fetch/scripted-resolver.ts'

/** What nobody may reach. */
let secret: RawServer

beforeAll(async () => {
  secret = await startRawServer((socket) => socket.end(replyText('200 OK', [], 'never to be read')))
})

afterAll(() => secret.stop())

describe('a redirect', () => {
  /** Where each path leads. Only `gallery.test` is open; it is on loopback like the secret. */
  const openTo = async (locations: Readonly<Record<string, string>>) => {
    const server = await startRawServer((socket, request) => {
      const [, path = ''] = request.split(' ')
      const location = locations[path]?.replaceAll('SECRET', String(secret.port))
      socket.end(
        location === undefined
          ? replyText('200 OK', [], `you are at ${path}`)
          : replyText('302 Found', [`location: ${location}`]),
      )
    })
    const resolver = createScriptedResolver({
      'gallery.test': [['127.0.0.1']],
      'internal.test': [['127.0.0.1']],
    })
    const fetcher = fetcherFor({
      policy: { allowsPrivateNetwork: false, allowedHosts: ['gallery.test'] },
      ports: { resolver },
    })
    const go = (path: string) =>
      fetcher.fetch({ url: `http://gallery.test:${server.port}${path}`, param: 'url' })
    return { go, server, resolver, [Symbol.asyncDispose]: () => server.stop() }
  }

  test.each([
    ['http://127.0.0.1:SECRET/', 'forbidden'],
    ['//127.0.0.1:SECRET/', 'forbidden'],
    ['http://2130706433:SECRET/', 'forbidden'],
    ['http://internal.test:SECRET/', 'forbidden'],
    ['http://localhost:SECRET/', 'forbidden'],
    ['http://[::ffff:7f00:1]:SECRET/', 'forbidden'],
    ['http://169.254.169.254/latest/meta-data/', 'forbidden'],
    ['http://user:password@gallery.test:SECRET/', 'invalid_request'],
    ['http://127.0.0.1:SECRET\\@gallery.test/', 'invalid_request'],
    ['http://gallery.test:25/', 'invalid_request'],
    ['file:///etc/passwd', 'invalid_request'],
    ['data:text/plain,hello', 'invalid_request'],
    ['javascript:alert(1)', 'invalid_request'],
  ])('to %s is refused, in one hop and in three', async (location, code) => {
    await using site = await openTo({ '/direct': location, '/1': '/2', '/2': '/3', '/3': location })
    for (const path of ['/direct', '/1']) {
      const refused = await refusalOf(site.go(path))
      expect(refused.code as string).toBe(code)
      expect(refused.message).toContain('redirects to one that')
    }
    expect(secret.connections).toBe(0)
  })

  test('is followed within what is open, five times and no more', async () => {
    await using site = await openTo({
      '/1': '/2',
      '/2': '3',
      '/3': '?4',
      '/3?4': './5',
      '/5': '/6',
      '/0': '/1',
    })
    const reply = await site.go('/1')
    expect(Buffer.from(await reply.bytes()).toString()).toBe('you are at /6')
    expect(reply.url).toEndWith('/6')
    expect((await refusalOf(site.go('/0'))).message).toContain('more than 5 times')
    expect(site.server.connections).toBe(6 + 6)
  })

  test('resolves its host anew at every hop', async () => {
    await using site = await openTo({ '/1': '/2' })
    await (await site.go('/1')).bytes()
    expect(site.resolver.asked).toEqual(['gallery.test', 'gallery.test'])
  })

  test('with two places to go leads nowhere', async () => {
    const server = await startRawServer((socket) =>
      socket.end(replyText('302 Found', ['location: /a', 'location: /b'])),
    )
    const refused = await refusalOf(
      fetcherFor().fetch({ url: `http://pictures.test:${server.port}/`, param: 'url' }),
    )
    expect(refused.code).toBe('unavailable')
    expect(server.connections).toBe(1)
    await server.stop()
  })
})

describe('what a redirect carries along', () => {
  const SECRETS = { authorization: 'Bearer s3cret', cookie: 'id=s3cret', 'x-api-key': 's3cret' }
  const HARMLESS = { accept: 'image/png', 'content-type': 'application/json' }

  /** Two origins on loopback; the first sends everyone to the second, or to itself. */
  const hop = async (status: string, method: 'GET' | 'HEAD' | 'POST' | 'PUT', isSameOrigin = false) => {
    const target = await startRawServer((socket) => socket.end(replyText('200 OK')))
    const first = await startRawServer((socket, request) => {
      const location = isSameOrigin ? '/next' : `http://pictures.test:${target.port}/next`
      socket.end(
        request.includes(' /next ') ? replyText('200 OK') : replyText(status, [`location: ${location}`]),
      )
    })
    const reply = await fetcherFor().fetch({
      url: `http://pictures.test:${first.port}/`,
      param: 'url',
      method,
      headers: { ...SECRETS, ...HARMLESS },
      ...(method === 'POST' || method === 'PUT' ? { body: Buffer.from('{"a":1}') } : {}),
    })
    reply.close()
    const seen = (isSameOrigin ? first : target).requests.at(-1) ?? ''
    await first.stop()
    await target.stop()
    return seen.toLowerCase()
  }

  test('secrets stay with the origin that they were meant for', async () => {
    const seen = await hop('302 Found', 'GET')
    expect(seen).not.toContain('s3cret')
    expect(seen).toContain('accept: image/png')
    expect(seen).toContain('host: pictures.test:')
  })

  test('and go along within it', async () => {
    const seen = await hop('302 Found', 'GET', true)
    for (const [name, value] of Object.entries(SECRETS))
      expect(seen).toContain(`${name}: ${value}`.toLowerCase())
  })

  test.each([
    ['301 Moved', 'POST', 'get'],
    ['302 Found', 'POST', 'get'],
    ['303 See Other', 'POST', 'get'],
    ['303 See Other', 'PUT', 'get'],
  ] as const)('after %s a %s becomes a %s without a body', async (status, method, next) => {
    const seen = await hop(status, method)
    expect(seen).toStartWith(`${next} /next `)
    expect(seen).not.toMatch(/content-type|content-length|"a"/)
  })

  test.each([
    ['307 Temporary Redirect', 'POST'],
    ['308 Permanent Redirect', 'PUT'],
    ['302 Found', 'PUT'],
  ] as const)('after %s a %s keeps its method and body', async (status, method) => {
    const seen = await hop(status, method)
    expect(seen).toStartWith(`${method.toLowerCase()} /next `)
    expect(seen).toContain('content-length: 7')
    expect(seen).toEndWith('{"a":1}')
    expect(seen).not.toContain('s3cret')
  })

  test('a HEAD stays one', async () => expect(await hop('303 See Other', 'HEAD')).toStartWith('head /next '))

  test('cookies that a server sets are not sent back', async () => {
    const server = await startRawServer((socket, request) =>
      socket.end(
        request.includes(' /next ')
          ? replyText('200 OK')
          : replyText('302 Found', ['location: /next', 'set-cookie: a=1']),
      ),
    )
    const reply = await fetcherFor().fetch({ url: `http://pictures.test:${server.port}/`, param: 'url' })
    reply.close()
    expect(server.requests.at(-1)).not.toContain('cookie')
    await server.stop()
  })
})
