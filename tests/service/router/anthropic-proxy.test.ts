import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { scriptedCard } from '../../support/scripted-node.ts'
import { routeEntry } from '../../support/scripted-service.ts'
import { jsonOf } from '../../support/wire-json.ts'

const SETTINGS = '/v1/settings/anthropic-proxy'
const DEFAULTS = {
  enabled: true,
  backend: { type: 'local', id: null },
  modelMap: {},
  fallbackModel: null,
  injectTools: false,
}

let live: LiveRouter
beforeAll(async () => {
  live = await startLiveRouter({
    models: ['llama', 'qwen'],
    chat: {
      routes: [
        routeEntry('POST', '/v1/messages', { dialect: 'anthropic', capability: 'chat', kind: 'placed' }),
        routeEntry('POST', '/v1/chat/completions', { capability: 'chat', kind: 'placed' }),
      ],
      answer: async (request) =>
        Response.json({ chosen: request.headers.get('x-skein-model'), body: await request.json() }),
    },
  })
  live.store.cards = [...live.store.cards, scriptedCard('embedder', { capabilities: ['embed'] })]
  live.store.states = [{ id: 'qwen', state: 'ready', lastUsedAt: null }]
})
afterAll(() => live.close())
afterEach(async () => void (await patch(DEFAULTS)))

const send = (method: string, path: string, body: unknown): Promise<Response> =>
  live.ask(path, { method, body: typeof body === 'string' ? body : JSON.stringify(body) })
const patch = (body: unknown): Promise<Response> =>
  live.ask(SETTINGS, {
    method: 'PATCH',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
const chosenFor = async (model: string): Promise<unknown> =>
  (await jsonOf(send('POST', '/v1/messages', { model }))).chosen

describe('the settings of the Anthropic proxy', () => {
  test('begin with the loaded model for Claude', async () => {
    expect(await jsonOf(live.ask(SETTINGS))).toEqual(DEFAULTS)
    expect(await chosenFor('claude-sonnet-5')).toBe('qwen')
    expect(await chosenFor('llama')).toBe('llama')
  })

  test('change field by field, count at once, and are on disk', async () => {
    const first = await patch({ backend: { type: 'local', id: 'LLAMA' } })
    expect(first.status).toBe(200)
    expect(await first.json()).toEqual({ ...DEFAULTS, backend: { type: 'local', id: 'llama' } })
    const second = await jsonOf(patch({ modelMap: { 'claude-*haiku*': 'qwen:latest' } }))
    expect(second).toEqual({
      ...DEFAULTS,
      backend: { type: 'local', id: 'llama' },
      modelMap: { 'claude-*haiku*': 'qwen' },
    })
    expect(await chosenFor('claude-haiku-4-5-20251001')).toBe('qwen')
    expect(await chosenFor('claude-opus-5')).toBe('llama')
    expect(await Bun.file(join(live.directory, 'anthropic-proxy.json')).json()).toEqual(second)
  })

  test('leave the request as the client wrote it', async () => {
    const { body } = await jsonOf(send('POST', '/v1/messages', { model: 'claude-opus-5', x: 1 }))
    expect(body).toEqual({ model: 'claude-opus-5', x: 1 })
  })

  test('let a fallback answer every other name', async () => {
    const unknown = await send('POST', '/v1/messages', { model: 'gpt-99' })
    expect(unknown.status).toBe(404)
    expect(await jsonOf(unknown)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
    await patch({ fallbackModel: 'llama' })
    expect(await chosenFor('gpt-99')).toBe('llama')
  })

  test('are for Anthropic’s dialect alone', async () => {
    await patch({ fallbackModel: 'llama', modelMap: { 'gpt-*': 'llama' } })
    for (const model of ['claude-opus-5', 'gpt-99'])
      expect((await send('POST', '/v1/chat/completions', { model })).status).toBe(404)
  })

  test('switch it off: Claude is forbidden, models of this node answer', async () => {
    await patch({ enabled: false })
    const refused = await send('POST', '/v1/messages', { model: 'claude-opus-5' })
    expect(refused.status).toBe(403)
    expect((await jsonOf(refused)).error).toMatchObject({
      type: 'permission_error',
      message: expect.stringContaining(SETTINGS),
    })
    expect(await chosenFor('llama')).toBe('llama')
  })

  const refusals: [string, unknown, number, string | null, RegExp][] = [
    ['an unknown field', { strange: 1 }, 400, 'strange', /no field/],
    ['a field of every object', '{"__proto__": {}}', 400, '__proto__', /no field/],
    ['a list', [], 400, 'settings', /an object/],
    ['broken JSON', '{"enabled": ', 400, null, /not valid JSON/],
    ['enabled in words', { enabled: 'yes' }, 400, 'enabled', /a boolean/],
    ['a backend that is a word', { backend: 'local' }, 400, 'backend', /an object/],
    ['an unknown backend', { backend: { type: 'magic', id: 'x' } }, 400, 'backend.type', /none of local/],
    ['a cloud', { backend: { type: 'connection', id: 'x' } }, 501, 'backend.type', /not there yet/],
    ['a configuration', { backend: { type: 'configuration', id: 'x' } }, 501, 'backend.type', /not there yet/],
    ['a backend that is not there', { backend: { type: 'local', id: 'nope' } }, 404, 'backend.id', /'nope'/],
    ['a fallback that is not there', { fallbackModel: 'nope' }, 404, 'fallbackModel', /'nope'/],
    ['a fallback that cannot chat', { fallbackModel: 'embedder' }, 400, 'fallbackModel', /cannot chat/],
    ['an empty fallback', { fallbackModel: '' }, 400, 'fallbackModel', /empty/],
    ['a map that is a list', { modelMap: [] }, 400, 'modelMap', /an object/],
    ['a map of numbers', { modelMap: { a: 1 } }, 400, 'modelMap.a', /id of a model/],
    ['a map to nothing', { modelMap: { a: 'nope' } }, 404, 'modelMap.a', /'nope'/],
    ['an empty name', { modelMap: { ' ': 'llama' } }, 400, 'modelMap', /empty/],
    ['tools of the node', { injectTools: true }, 501, 'injectTools', /not added/],
    ['too many names', { modelMap: Object.fromEntries(Array.from({ length: 257 }, (_, at) => [`n${at}`, 'llama'])) },
      400, 'modelMap', /at most 256/],
  ] // prettier-ignore
  const cases = refusals.map(([title, ...rest]) => [title, rest] as const)
  test.each(cases)('refuse %s, and stay as they are', async (_, [body, status, param, message]) => {
    const response = await patch(body)
    expect(response.status).toBe(status)
    const { error } = await jsonOf(response)
    expect(error.param).toBe(param)
    expect(error.message).toMatch(message)
    expect(await jsonOf(live.ask(SETTINGS))).toEqual(DEFAULTS)
  })

  test('keep a name that every object has', async () => {
    expect((await patch('{"modelMap": {"__proto__": "llama", "constructor": "llama"}}')).status).toBe(200)
    expect(await live.ask(SETTINGS).then((reply) => reply.text())).toContain('"__proto__":"llama"')
    expect(await chosenFor('__proto__')).toBe('llama')
  })

  test('are documented', async () => {
    const { paths } = await jsonOf(live.ask('/v1/openapi.json'))
    expect(paths[SETTINGS].patch.description).toContain('403')
    expect(paths[SETTINGS].get.tags).toEqual(['Anthropic proxy'])
  })
})
