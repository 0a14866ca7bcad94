import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eventually } from '../../support/eventually.ts'
import { FORWARDED, startKeyedRouter } from '../../support/keyed-router.ts'
import type { KeyedRouter } from '../../support/keyed-router.ts'

let router: KeyedRouter
beforeAll(async () => {
  router = await startKeyedRouter()
})
afterAll(() => router.live.close())

describe('a token that is revoked', () => {
  /** What a stream ends with when its key is revoked while it is open. */
  const endOf = async (path: string, method: string): Promise<string> => {
    const { headers, id } = await router.newKey()
    const other = await router.newKey()
    const init = (from: Record<string, string>) => ({
      method,
      headers: from,
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    const stream = await router.live.ask(path, init(headers))
    const left = new AbortController()
    const stays = await router.live.ask(path, { ...init(other.headers), signal: left.signal })
    expect([stream.status, stays.status]).toEqual([200, 200])
    const cutBefore = router.cutStreams()
    await router.tokens('DELETE', id)
    const text = await stream.text()
    await eventually('its service is told to stop', () => router.cutStreams() === cutBefore + 1)
    expect((await router.live.ask(path, init(headers))).status).toBe(401)
    // The stream of the other key goes on: it ends only now.
    left.abort()
    await eventually('the other one has left', () => router.cutStreams() === cutBefore + 2)
    return text
  }

  test("ends its streams in OpenAI's words", async () => {
    const text = await endOf('/v1/stream', 'GET')
    expect(text).toContain('data: {"a":1}')
    expect(text).toContain('This API key was revoked.')
    expect(text.trimEnd()).toEndWith('[DONE]')
  })

  test("ends its streams in Anthropic's words", async () => {
    const text = await endOf('/v1/messages', 'POST')
    expect(text).toContain('event: error')
    expect(text).toContain('authentication_error')
  })

  test("ends its streams in Ollama's words", async () => {
    const text = await endOf('/api/chat', 'POST')
    expect(JSON.parse(text.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      error: expect.stringContaining('revoked'),
    })
  })

  test('ends its WebSockets', async () => {
    const { headers, id } = await router.newKey()
    const socket = new WebSocket(`ws://127.0.0.1:${router.live.port}/v1/ws`, { headers })
    const closed = Promise.withResolvers<CloseEvent>()
    socket.addEventListener('close', (event) => closed.resolve(event))
    await new Promise((resolve) => socket.addEventListener('message', resolve))
    await router.tokens('DELETE', id)
    expect(await closed.promise).toMatchObject({ code: 1008, reason: 'This API key was revoked.' })
  })
})

describe('limits of a token', () => {
  test('more requests than it is for are 429 with the seconds to wait, in the words of the dialect', async () => {
    const { headers } = await router.newKey({ requestsPerMinute: 2 })
    expect([(await router.chat(headers)).status, (await router.chat(headers)).status]).toEqual([200, 200])
    const refused = await router.chat(headers)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeWithin(25, 31)
    expect(await refused.json()).toMatchObject({ error: { type: expect.any(String) } })
    const anthropic = await router.live.ask('/v1/messages', { method: 'POST', body: '{}', headers })
    expect(anthropic.status).toBe(429)
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
    expect((await router.chat((await router.newKey()).headers)).status).toBe(200)
  })

  test('tokens that engines used are charged, and when they are spent only what needs none goes on', async () => {
    const { headers, id } = await router.newKey({ tokenBudget: { tokens: 100, period: 'day' } })
    expect((await router.chat(headers)).status).toBe(200)
    const visitId = router.visits.at(-1) ?? ''
    router.tellUsage(visitId, 90, 9)
    expect((await router.chat(headers)).status).toBe(200)
    router.tellUsage(visitId, 1, 0)
    const refused = await router.chat(headers)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeWithin(1, 86_401)
    expect((await router.live.ask('/things/5', { headers })).status).toBe(200)
    const { data } = (await router.tokens('GET', '')).body
    expect(data.find((token: { id: string }) => token.id === id)).toMatchObject({ tokensUsed: 100 })
    await router.tokens('PATCH', id, { tokenBudget: null })
    expect((await router.chat(headers)).status).toBe(200)
  })
})

describe('the audit trail', () => {
  test('has who made a key, and not the key', async () => {
    const before = router.audit.length
    const { headers } = await router.newKey({ scopes: ['manage'], label: 'manager' })
    await router.live.ask('/manage', { method: 'POST', headers })
    expect(router.audit.slice(before)).toMatchObject([
      { key: 'local', peer: '127.0.0.1', method: 'POST', route: '/v1/tokens', status: 201 },
      { label: 'manager', peer: '127.0.0.1', method: 'POST', route: '/manage', status: 200 },
    ])
    expect(JSON.stringify(router.audit)).not.toContain(
      headers['authorization']?.slice('Bearer '.length) ?? '',
    )
  })

  test('has a key that is none', async () => {
    const before = router.audit.length
    await router.chat({ ...FORWARDED, authorization: 'Bearer sk-skein-wrong' })
    expect(router.audit.slice(before)).toMatchObject([
      { key: 'none', route: '/v1/chat/completions', status: 401 },
    ])
    expect(JSON.stringify(router.audit)).not.toContain('wrong')
  })
})
