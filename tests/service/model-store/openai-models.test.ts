import { afterAll, beforeAll, expect, test } from 'bun:test'
import { jsonOf } from '../../support/wire-json.ts'
import { HOSTILE_NAMES } from './hostile-names.ts'
import { openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

let home: ModelStoreHome
beforeAll(async () => {
  home = await openModelStoreHome()
  await home.put('models/Tiny-Llama.gguf', 'random')
  await home.put('models/acme/Embedder.gguf', 'embedding')
  await home.put('models/broken.gguf', { text: 'GGUF' })
  await home.put('home/.ollama/models/manifests/registry.ollama.ai/acme/none/latest', { text: '{}' })
  await home.scan()
})
afterAll(() => home.close())

test('the list has the fields of OpenAI and of ai.local, and nothing broken', async () => {
  const list = await jsonOf(home.call('/v1/models'))
  expect(list.object).toBe('list')
  expect(list.data.map((model: { id: string }) => model.id)).toEqual(['embedder', 'tiny-llama'])
  expect(list.data[1]).toMatchObject({
    id: 'tiny-llama',
    object: 'model',
    owned_by: 'skein',
    name: 'skein-test-random',
    aliases: [],
    type: 'base',
    capabilities: { completion_chat: true, embeddings: false, vision: false },
  })
  expect(list.data[1].created).toBeGreaterThan(1_700_000_000)
  expect(list.data[0].capabilities).toMatchObject({ completion_chat: false, embeddings: true })
})

test.each(['filter', 'excludeConfigured'])(
  '%s would change the list and is refused by its name',
  async (param) => {
    const response = await home.call(`/v1/models?${param}=x`)
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toMatchObject({ code: 'invalid_request', param })
  },
)

test.each([
  'tiny-llama',
  'TINY-LLAMA',
  'mlx-community/Tiny-Llama',
  'mlx-community%2FTiny-Llama',
  'tiny-llama:latest',
])('%s is found', async (name) => {
  const response = await home.call(`/v1/models/${name}`)
  expect(response.status).toBe(200)
  expect((await jsonOf(response)).id).toBe('tiny-llama')
})

test('a model is found by the directory that it lies in', async () => {
  expect((await jsonOf(home.call('/v1/models/acme/embedder'))).id).toBe('embedder')
})

test.each(['nope', 'broken', ...HOSTILE_NAMES])(
  '%s is not found, in the envelope of OpenAI',
  async (name) => {
    const response = await home.call(`/v1/models/${name}`)
    expect(response.status).toBe(404)
    expect((await jsonOf(response)).error).toMatchObject({
      type: 'invalid_request_error',
      message: expect.any(String),
    })
  },
)

test('an unknown path answers in the dialect that it begins like', async () => {
  expect((await jsonOf(home.call('/v1/nope'))).error.code).toBe('not_found')
  expect((await jsonOf(home.call('/api/nope'))).error).toStartWith('Unknown request URL')
})
