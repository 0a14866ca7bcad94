import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { settled } from '../../support/manual-clock.ts'
import { jsonOf } from '../../support/wire-json.ts'
import { BUDGET_BYTES, openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

let home: ModelStoreHome
beforeEach(async () => {
  home = await openModelStoreHome()
})
afterEach(() => home.close())

const manifest = (): Promise<ServiceManifest> => jsonOf(home.call('/_skein/manifest'))

describe('what the service tells of itself', () => {
  test('every public route is in the manifest with its facts', async () => {
    const { routes, ...rest } = await manifest()
    expect(rest).toMatchObject({ service: 'model-store', instance: 'test-instance' })
    const shown = routes.map(({ method, path, dialect, scope, kind }) =>
      [method, path, dialect, scope, kind].join(' '),
    )
    expect(shown.toSorted()).toEqual(
      [
        'GET /v1/models openai inference gathered',
        'GET /v1/models/:id openai inference owned',
        'GET /v1/models/:id/:name openai inference owned',
        'GET /api/tags ollama inference gathered',
        'POST /api/show ollama inference owned',
        'GET /api/ps ollama inference gathered',
        'GET /api/version ollama inference local',
        'GET /models toolpiper inference gathered',
        'GET /models/state toolpiper inference gathered',
        'GET /models/storage toolpiper inference local',
        'POST /models/scan toolpiper manage local',
        'GET /models/:id toolpiper inference owned',
        'GET /models/:id/:name toolpiper inference owned',
        'DELETE /models/:id toolpiper manage local',
        'DELETE /models/:id/:name toolpiper manage local',
        'GET /v1/externals openai manage local',
        'POST /v1/externals openai manage local',
        'GET /v1/externals/:id openai manage local',
        'POST /v1/externals/:id/check openai manage local',
        'DELETE /v1/externals/:id openai manage local',
      ].toSorted(),
    )
    expect(routes.every(({ capability, admission }) => capability === 'models' && admission === 'none')).toBe(
      true,
    )
  })

  test('the OpenAPI document has all of them and nothing else', async () => {
    const document = await jsonOf(home.call('/_skein/openapi.json'))
    const documented = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const declared = (await manifest()).routes.map(({ method, path }) => `${method} ${path}`)
    expect(documented.toSorted()).toEqual(declared.toSorted())
  })

  test('health and figures', async () => {
    expect(await jsonOf(home.call('/_skein/health'))).toMatchObject({ service: 'model-store', status: 'ok' })
    await home.put('models/tiny.gguf', 'random')
    await home.scan()
    const figures = await (await home.call('/_skein/metrics')).text()
    expect(figures).toContain('skein_model_store_models 1')
    expect(figures).toContain('skein_model_store_broken_models 0')
    expect(figures).toContain(`skein_model_store_lease_budget_bytes ${BUDGET_BYTES}`)
    expect(figures).toContain('skein_model_store_lease_bytes 0')
    expect(figures).toContain('skein_model_store_evictions_total 0')
    expect(figures).toContain('skein_model_store_hash_bytes_total 0')
  })
})

describe('the catalogue', () => {
  test('is given with its revision, broken models too', async () => {
    await home.put('models/tiny.gguf', 'random')
    await home.put('models/broken.gguf', { text: 'x' })
    await home.scan()
    const { revision, models } = await jsonOf(home.call('/_skein/models'))
    expect(revision).toBe(1)
    expect(
      models.map((card: { id: string; defect?: string }) => [card.id, card.defect !== undefined]),
    ).toEqual([
      ['broken', true],
      ['tiny', false],
    ])
  })

  test('is waited for', async () => {
    const waiting = jsonOf(home.call('/_skein/models?after=0'))
    await settled()
    await home.put('models/tiny.gguf', 'random')
    await home.scan()
    expect(await waiting).toMatchObject({ revision: 1, models: [{ id: 'tiny' }] })
  })

  test('is given unchanged when 25 s are over', async () => {
    const waiting = jsonOf(home.call('/_skein/models?after=0'))
    await settled()
    await home.clock.advance(25_000)
    expect(await waiting).toEqual({ revision: 0, models: [] })
  })

  test.each(['x', '-1', '1.5', '99999999999999999999'])('a revision of %s is refused', async (after) => {
    const response = await home.call(`/_skein/models?after=${after}`)
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).fault).toMatchObject({ code: 'invalid_request', param: 'after' })
  })

  test('gives one card by its id, and a Fault for none', async () => {
    await home.put('models/acme/tiny.gguf', 'random')
    await home.scan()
    expect(await jsonOf(home.call('/_skein/models/tiny'))).toMatchObject({
      id: 'tiny',
      architecture: 'llama',
    })
    const response = await home.call('/_skein/models/acme%2Fnope')
    expect(response.status).toBe(404)
    expect((await jsonOf(response)).fault.code).toBe('model_not_found')
  })
})

describe('leases', () => {
  const request = {
    service: 'chat',
    instance: 'one',
    address: 'unix:/chat.sock',
    model: 'tiny',
    engine: 'node-llama-cpp',
    bytes: 600,
    waitMs: 1000,
  }
  const acquire = (changes: object = {}, init: RequestInit = {}) =>
    home.call('/_skein/leases', { ...init, json: { ...request, ...changes } })

  test('are granted, given back, and given back again', async () => {
    const { leaseId } = await jsonOf(acquire())
    expect(leaseId).toBe('lease-1')
    expect((await home.call(`/_skein/leases/${leaseId}`, { method: 'DELETE' })).status).toBe(204)
    expect((await home.call(`/_skein/leases/${leaseId}`, { method: 'DELETE' })).status).toBe(204)
    expect((await acquire({ bytes: BUDGET_BYTES })).status).toBe(200)
  })

  test('are told in short, with what all engines may hold', async () => {
    await acquire()
    await acquire({ model: 'other', bytes: 100 })
    expect(await jsonOf(home.call('/_skein/memory'))).toEqual({
      budgetBytes: BUDGET_BYTES,
      held: [
        { model: 'tiny', bytes: 600 },
        { model: 'other', bytes: 100 },
      ],
    })
  })

  test('that can never fit are a 503 with the figures and no hint to come again', async () => {
    const response = await acquire({ bytes: BUDGET_BYTES + 1 })
    expect(response.status).toBe(503)
    expect(response.headers.has('retry-after')).toBe(false)
    expect((await jsonOf(response)).fault).toMatchObject({
      code: 'overloaded',
      details: { requestedBytes: BUDGET_BYTES + 1, budgetBytes: BUDGET_BYTES },
    })
  })

  test('that find no room in time are a 503 with a hint to come again', async () => {
    await acquire()
    const late = acquire()
    await settled()
    await home.clock.advance(1000)
    const response = await late
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('whose asker has left are given to the next', async () => {
    const { leaseId } = await jsonOf(acquire())
    const client = new AbortController()
    const left = acquire({ model: 'left' }, { signal: client.signal })
    await settled()
    const next = acquire({ model: 'next' })
    await settled()
    client.abort()
    await left
    await home.call(`/_skein/leases/${leaseId}`, { method: 'DELETE' })
    expect((await next).status).toBe(200)
    expect(await home.call('/_skein/metrics').then((reply) => reply.text())).toContain(
      'skein_model_store_lease_bytes 600',
    )
  })

  test.each([
    [{ bytes: -1 }],
    [{ bytes: 1.5 }],
    [{ bytes: '600' }],
    [{ waitMs: null }],
    [{ service: '' }],
    [{ model: 'x'.repeat(2000) }],
  ])('are refused when the request is not one: %j', async (changes) => {
    const response = await acquire(changes)
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).fault.code).toBe('invalid_request')
  })

  test('reports that are none are refused', async () => {
    const holder = { service: 'chat', instance: 'one', address: 'unix:/chat.sock' }
    for (const json of [{}, { ...holder }, { ...holder, leases: [{}] }, { ...holder, leases: 'none' }]) {
      expect((await home.call('/_skein/leases/report', { method: 'PUT', json })).status).toBe(400)
    }
  })
})
