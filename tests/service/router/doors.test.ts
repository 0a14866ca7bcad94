import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { accessKey, TEST_SECRET } from '../../support/access-key-for.ts'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createMemoryKeyRing } from '../../support/memory-key-ring.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const PAGE = 'https://app.example'
const FORWARDED = { 'x-forwarded-for': '203.0.113.7' }
const WITH_KEY = { ...FORWARDED, authorization: `Bearer ${TEST_SECRET}` }

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    keys: createMemoryKeyRing([accessKey({ origins: [PAGE], models: ['llama'], endpointId: null })]),
    models: ['llama', 'other'],
    chat: {
      answer: async (request) => Response.json({ model: request.headers.get('x-skein-model') }),
      routes: [
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', bodyLimitBytes: 10_000 }),
        routeEntry('POST', '/v1/messages', { dialect: 'anthropic' }),
        routeEntry('POST', '/manage', { scope: 'manage' }),
      ],
    },
  })
})
afterAll(() => live.close())

const chat = (headers: Record<string, string>, model = 'llama') =>
  live.ask('/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model, messages: [] }), headers })

describe('behind a proxy on this machine', () => {
  test('nobody is trusted without a key, in the words of the dialect', async () => {
    const openai = await chat(FORWARDED)
    expect(openai.status).toBe(401)
    expect(openai.headers.get('www-authenticate')).toBe('Bearer realm="skein"')
    expect(await openai.json()).toMatchObject({ error: { code: 'invalid_api_key' } })
    const anthropic = await live.ask('/v1/messages', { method: 'POST', headers: FORWARDED })
    expect(anthropic.status).toBe(401)
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } })
  })

  test.each([
    ['authorization', `Bearer ${TEST_SECRET}`],
    ['x-api-key', TEST_SECRET],
    ['xi-api-key', TEST_SECRET],
  ])('a key is taken from %s', async (name, value) => {
    expect((await chat({ ...FORWARDED, [name]: value })).status).toBe(200)
  })

  test('a key of another scope is refused', async () => {
    expect((await live.ask('/manage', { method: 'POST', headers: WITH_KEY })).status).toBe(403)
  })

  test('a key for one model is refused for another', async () => {
    const before = live.chat.seen.length
    const refused = await chat(WITH_KEY, 'other')
    expect(refused.status).toBe(403)
    expect((await refused.text()).includes("'other'")).toBe(true)
    expect(live.chat.seen.length).toBe(before)
  })

  test('what is public needs none', async () => {
    expect((await live.ask('/health', { headers: FORWARDED })).status).toBe(200)
  })
})

describe('a page of another site', () => {
  test('whose origin a key names may ask first, send the key, and read the reply', async () => {
    const asked = await live.ask('/v1/chat/completions', {
      method: 'OPTIONS',
      headers: {
        origin: PAGE,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })
    expect(asked.status).toBe(204)
    expect(asked.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
    const reply = await chat({ ...WITH_KEY, origin: PAGE })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(reply.headers.get('access-control-expose-headers')).toContain('x-skein-node, x-skein-route')
  })

  test('may not without the key, also on this machine', async () => {
    const reply = await chat({ origin: PAGE })
    expect(reply.status).toBe(403)
    expect(reply.headers.get('access-control-allow-origin')).toBe(PAGE)
  })

  test('whose origin no key names is turned away, with a key or without, and cannot read why', async () => {
    const origin = 'https://evil.example'
    for (const headers of [{ origin }, { ...WITH_KEY, origin }]) {
      const reply = await chat(headers)
      expect(reply.status).toBe(403)
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    }
    const asked = await live.ask('/v1/chat/completions', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(asked.status).toBe(403)
  })

  test('cannot even load a picture from here', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
    expect((await live.ask('/status', { headers })).status).toBe(403)
  })
})
