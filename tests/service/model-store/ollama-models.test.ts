import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { jsonOf } from '../../support/wire-json.ts'
import { HOSTILE_NAMES } from './hostile-names.ts'
import { openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

let home: ModelStoreHome
beforeAll(async () => {
  home = await openModelStoreHome()
  await home.put('models/tiny.gguf', 'random')
  await home.put('models/broken.gguf', { text: 'no model' })
  await home.scan()
})
afterAll(() => home.close())

const show = (body: unknown) => home.call('/api/show', { json: body })

test('tags lists the models that can be used', async () => {
  const { models } = await jsonOf(home.call('/api/tags'))
  expect(models).toHaveLength(1)
  expect(models[0]).toMatchObject({
    name: 'tiny:latest',
    model: 'tiny:latest',
    details: {
      format: 'gguf',
      family: 'llama',
      families: ['llama'],
      parameter_size: '521K',
      quantization_level: 'F32',
    },
  })
  expect(models[0].size).toBeGreaterThan(1_000_000)
  expect(models[0].digest).toMatch(/^[0-9a-f]{64}$/)
  expect(Date.parse(models[0].modified_at)).toBeGreaterThan(0)
})

test('version is one that clients can read', async () => {
  expect((await jsonOf(home.call('/api/version'))).version).toMatch(/^\d+\.\d+\.\d+/)
})

test('lists answer HEAD', async () => {
  expect((await home.call('/api/tags', { method: 'HEAD' })).status).toBe(200)
  expect((await home.call('/api/version', { method: 'HEAD' })).status).toBe(200)
})

describe('show', () => {
  test.each(['tiny', 'TINY', 'tiny:latest', 'mlx-community/tiny', 'mlx-community/Tiny:latest'])(
    'finds %s',
    async (model) => {
      const response = await show({ model })
      expect(response.status).toBe(200)
      const shown = await jsonOf(response)
      expect(shown.model_info).toMatchObject({
        'general.architecture': 'llama',
        'llama.context_length': 2048,
        'llama.block_count': 2,
        'tokenizer.ggml.tokens': null,
        'general.parameter_count': 520_832,
      })
      expect(shown.template).toContain('<|im_start|>')
      expect(shown.capabilities).toEqual(['completion', 'tools'])
      expect(shown.license).toBe('Apache-2.0')
      expect(shown).not.toHaveProperty('tensors')
    },
  )

  test('takes `name` for `model`, null for absent, and JSON without its content type', async () => {
    expect((await show({ name: 'tiny', verbose: null })).status).toBe(200)
    const plain = await home.call('/api/show', {
      method: 'POST',
      body: '{"model":"tiny"}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(plain.status).toBe(200)
  })

  test('lists the tensors when it is asked for all', async () => {
    const { tensors } = await jsonOf(show({ model: 'tiny', verbose: true }))
    expect(tensors).toContainEqual({ name: 'token_embd.weight', type: 'F32', shape: [128, 880] })
  })

  test('says in Ollama’s words that there is no such model', async () => {
    const response = await show({ model: 'nope' })
    expect(response.status).toBe(404)
    expect(await jsonOf(response)).toEqual({ error: "model 'nope' not found" })
  })

  test('says why a broken model is broken', async () => {
    const response = await show({ model: 'broken' })
    expect(response.status).toBe(422)
    expect((await jsonOf(response)).error).toContain('too short')
  })

  test.each(HOSTILE_NAMES.map((name) => [name.slice(0, 30), name]))(
    'does not know %s',
    async (_short, name) => {
      expect((await show({ model: name })).status).toBe(404)
    },
  )

  test.each([
    ['{'],
    ['[]'],
    ['null'],
    ['{"model":7}'],
    ['{"model":{}}'],
    ['{}'],
    ['{"verbose":"maybe","model":"tiny"}'],
  ])('refuses %s with one sentence', async (body) => {
    const response = await home.call('/api/show', { method: 'POST', body })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error).toEqual(expect.any(String))
  })
})

describe('ps', () => {
  const lease = {
    leaseId: 'x',
    model: 'tiny',
    engine: 'node-llama-cpp',
    engineVersion: '1',
    bytes: 500,
    residentBytes: 400,
    state: 'ready',
    activeRequests: 0,
    lastUsedAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-01T00:05:00Z',
    contextTokens: 4096,
    slots: 4,
    processId: 7,
  }
  const report = (leases: unknown[]) =>
    home.call('/_skein/leases/report', {
      method: 'PUT',
      json: { service: 'chat', instance: 'one', address: 'unix:/chat.sock', leases },
    })

  test('is empty when nothing is in memory', async () => {
    expect(await jsonOf(home.call('/api/ps'))).toEqual({ models: [] })
  })

  test('tells what holders report, loading ones and strangers left out', async () => {
    const others = [
      { ...lease, leaseId: 'y', state: 'loading' },
      { ...lease, leaseId: 'z', model: 'of-another-node' },
    ]
    expect((await report([lease, ...others])).status).toBe(204)
    const { models } = await jsonOf(home.call('/api/ps'))
    expect(models).toHaveLength(1)
    expect(models[0]).toMatchObject({
      name: 'tiny:latest',
      size: 400,
      size_vram: 0,
      expires_at: '2026-01-01T00:05:00Z',
      context_length: 4096,
      details: { family: 'llama' },
    })
    await report([])
    expect(await jsonOf(home.call('/api/ps'))).toEqual({ models: [] })
  })
})
