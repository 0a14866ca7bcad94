import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { FORWARDED, startKeyedRouter } from '../../support/keyed-router.ts'
import type { KeyedRouter } from '../../support/keyed-router.ts'

interface Page {
  readonly data: readonly { readonly id: string }[]
  readonly nextCursor: string | null
}

let router: KeyedRouter
beforeAll(async () => {
  router = await startKeyedRouter()
})
afterAll(() => router.live.close())

describe('a token', () => {
  test('is shown once in clear, masked ever after, and opens the door', async () => {
    const made = await router.tokens('POST', '', { label: 'phone', scopes: ['inference'] })
    expect(made).toMatchObject({
      status: 201,
      body: { label: 'phone', origins: [], endpointId: null, lastUsedAt: null, scopes: ['inference'] },
    })
    const secret = made.body.token
    expect(secret).toMatch(/^tp_[0-9a-f]{64}$/)
    expect((await router.chat({ ...FORWARDED, authorization: `Bearer ${secret}` })).status).toBe(200)
    const list = await router.tokens('GET')
    expect(list.body).toMatchObject({ object: 'list', hasMore: false, nextCursor: null })
    expect(JSON.stringify(list.body)).not.toContain(secret)
    const shown = list.body.data.find(({ id }: { id: string }) => id === made.body.id)
    expect(shown.masked).toBe(`${secret.slice(0, 7)}…${secret.slice(-4)}`)
    expect(Date.parse(shown.lastUsedAt)).toBeGreaterThan(Date.now() - 60_000)
  })

  test('is listed page by page', async () => {
    const ids = [(await router.newKey()).id, (await router.newKey()).id]
    const pages: string[] = []
    let after = ''
    do {
      // Wire JSON.
      const page = (await (await router.live.ask(`/v1/tokens?limit=1&after=${after}`)).json()) as Page
      pages.push(...page.data.map(({ id }) => id))
      after = page.nextCursor ?? ''
    } while (after !== '')
    expect(pages).toEqual(expect.arrayContaining(ids))
  })

  test('is for whoever has the scope admin, and for nobody else beyond this machine', async () => {
    const admin = await router.newKey({ scopes: ['admin'] })
    const other = await router.newKey({ scopes: ['inference', 'manage', 'metrics'] })
    const ask = async (headers: Record<string, string>) =>
      (await router.live.ask('/v1/tokens', { headers })).status
    expect([await ask(admin.headers), await ask(other.headers), await ask(FORWARDED)]).toEqual([
      200, 403, 401,
    ])
  })

  test('is bound to a model, which then answers whatever is asked for, and is unbound by null', async () => {
    const { headers, id } = await router.newKey({ endpointId: 'OTHER' })
    expect(await (await router.chat(headers)).json()).toEqual({ model: 'other' })
    expect((await router.tokens('PATCH', id, { endpointId: null })).body).toMatchObject({
      id,
      endpointId: null,
    })
    expect(await (await router.chat(headers)).json()).toEqual({ model: 'llama' })
  })

  test('keeps what a change does not name', async () => {
    const { headers, id } = await router.newKey({ models: ['llama'], routes: ['/v1/chat/completions'] })
    const changed = await router.tokens('PATCH', id, { label: 'tablet' })
    expect(changed.body).toMatchObject({
      label: 'tablet',
      models: ['llama'],
      routes: ['/v1/chat/completions'],
    })
    expect((await router.chat(headers)).status).toBe(200)
    expect((await router.chat(headers, 'other')).status).toBe(403)
    expect((await router.live.ask('/v1/stream', { headers })).status).toBe(403)
  })

  test.each([
    [{ models: ['llama', 'nothing'] }, 404, 'models[1]'],
    [{ endpointId: 'nothing' }, 404, 'endpointId'],
    [{ routes: ['/v1/nothing'] }, 400, 'routes[0]'],
    [{ routes: ['/things/5'] }, 400, '/things/:id'],
    [{ expiresAt: '2020-01-01' }, 400, 'expiresAt'],
    [{ scope: ['inference'] }, 400, 'scope'],
    [{ label: '' }, 400, 'label'],
    [{ origins: ['https://app.example/path'] }, 400, 'origins[0]'],
  ])('with %p is refused with %p and the reason', async (traits, status, named) => {
    for (const answer of [
      await router.tokens('POST', '', { label: 'x', ...traits }),
      await router.tokens('PATCH', (await router.newKey()).id, traits),
    ]) {
      expect(answer.status).toBe(status)
      expect(JSON.stringify(answer.body)).toContain(named)
    }
  })

  test.each(['', '[]', '{"label":', 'null', '5'])('from the body %p is refused', async (body) => {
    const headers = { 'content-type': 'application/json' }
    expect((await router.live.ask('/v1/tokens', { method: 'POST', body, headers })).status).toBe(400)
  })

  test('that is not there cannot be changed or revoked', async () => {
    expect((await router.tokens('PATCH', 'key_none', { label: 'x' })).status).toBe(404)
    expect((await router.tokens('DELETE', '__proto__')).status).toBe(404)
    const { id } = await router.newKey()
    expect(await router.tokens('DELETE', id)).toEqual({ status: 200, body: { id, deleted: true } })
    expect((await router.tokens('DELETE', id)).status).toBe(404)
    expect((await router.tokens('PATCH', id, { label: 'x' })).status).toBe(404)
  })
})
