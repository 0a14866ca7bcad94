import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic, { BadRequestError, NotFoundError } from '@anthropic-ai/sdk'
import { jsonOf } from '../../support/wire-json.ts'
import { openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

const NAMES = ['alpha', 'beta', 'delta', 'gamma']

let home: ModelStoreHome
let server: ReturnType<typeof Bun.serve>
let client: Anthropic
beforeAll(async () => {
  home = await openModelStoreHome()
  for (const name of NAMES) await home.put(`models/${name}.gguf`, 'random')
  await home.put('models/embedder.gguf', 'embedding')
  await home.put('models/broken.gguf', { text: 'GGUF' })
  await home.scan()
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url, headers }) => home.call(url.slice(new URL(url).origin.length), { headers }),
  })
  client = new Anthropic({ baseURL: `http://127.0.0.1:${server.port}`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await server.stop(true)
  await home.close()
})

const idsOf = async (params: Anthropic.ModelListParams): Promise<string[]> =>
  (await client.models.list(params)).data.map(({ id }) => id)

const failureOf = (work: PromiseLike<unknown>): PromiseLike<unknown> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )

describe('the list of models, as the official anthropic client asks for it', () => {
  test('has what can chat, in Anthropic’s shape', async () => {
    const page = await client.models.list()
    expect(page.data.map(({ id }) => id)).toEqual(NAMES)
    expect(page).toMatchObject({ has_more: false, first_id: 'alpha', last_id: 'gamma' })
    expect(page.data[0]).toMatchObject({
      type: 'model',
      display_name: 'skein-test-random',
      lifecycle: 'active',
    })
    expect(Date.parse(page.data[0]?.created_at ?? '')).toBeGreaterThan(0)
  })

  test('is turned page by page, forwards and backwards', async () => {
    const seen: string[] = []
    for await (const { id } of client.models.list({ limit: 1 })) seen.push(id)
    expect(seen).toEqual(NAMES)
    expect(await idsOf({ after_id: 'beta', limit: 1 })).toEqual(['delta'])
    expect(await idsOf({ before_id: 'delta', limit: 1 })).toEqual(['beta'])
    expect(await idsOf({ before_id: 'alpha' })).toEqual([])
  })

  test('has each model by its name', async () => {
    expect(await client.models.retrieve('ALPHA:latest')).toMatchObject({ type: 'model', id: 'alpha' })
  })

  test('fails in Anthropic’s envelope', async () => {
    const unknown = await failureOf(client.models.retrieve('nope'))
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(unknown).toMatchObject({ type: 'not_found_error' })
    for (const params of [{ limit: 0 }, { limit: 1001 }, { after_id: 'nope' }, { before_id: 'embedder' }]) {
      const wrong = await failureOf(client.models.list(params))
      expect(wrong).toBeInstanceOf(BadRequestError)
      expect(wrong).toMatchObject({ type: 'invalid_request_error' })
    }
  })
})

test('without the header the list stays OpenAI’s', async () => {
  expect((await jsonOf(home.call('/v1/models'))).object).toBe('list')
})
