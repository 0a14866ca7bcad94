import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { jsonOf } from '../../support/wire-json.ts'
import { HOSTILE_NAMES } from './hostile-names.ts'
import { openModelStoreHome } from './model-store-home.ts'
import type { ModelStoreHome } from './model-store-home.ts'

let home: ModelStoreHome
beforeEach(async () => {
  home = await openModelStoreHome()
})
afterEach(() => home.close())

const ids = async (query = ''): Promise<string[]> =>
  (await jsonOf(home.call(`/models${query}`))).data.map((model: { id: string }) => model.id)

const acquire = (model: string, bytes = 100) =>
  jsonOf(
    home.call('/_skein/leases', {
      json: { service: 'chat', instance: 'one', address: 'unix:/x', model, engine: 'e', bytes, waitMs: 0 },
    }),
  )

describe('the list', () => {
  test('has every model, broken ones with their defect, and the caches of other programs', async () => {
    await home.put('models/tiny.gguf', 'random')
    await home.put('models/broken.gguf', { text: 'not a model at all, really' })
    await home.put('home/.lmstudio/models/acme/studio-GGUF/studio.gguf', 'embedding')
    await home.put('further/more.gguf', 'random-bpe')
    await home.scan()
    const { data } = await jsonOf(home.call('/models'))
    const shown = data.map((model: Record<string, unknown>) => [model['id'], model['state'], model['error']])
    expect(shown).toEqual([
      ['broken', 'error', expect.stringContaining('not a GGUF file')],
      ['more', 'unloaded', null],
      ['studio', 'unloaded', null],
      ['tiny', 'unloaded', null],
    ])
    expect(data[2].source).toEqual({ type: 'lmstudio', repo: null, revision: null })
    expect(data[3]).toMatchObject({
      engine: 'llama.cpp',
      format: 'gguf',
      contextLength: 2048,
      presetId: null,
    })
    expect(await ids('?capability=embed')).toEqual(['studio'])
    expect(await ids('?engine=nope')).toEqual([])
    expect(await ids('?limit=2')).toEqual(['broken', 'more'])
    expect(await ids('?limit=2&after=more')).toEqual(['studio', 'tiny'])
  })

  test.each(['?limit=0', '?limit=x', '?after=nope'])('%s is refused in its envelope', async (query) => {
    const response = await home.call(`/models${query}`)
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.type).toBe('invalid_request_error')
  })
})

describe('one model', () => {
  test('has its files, their digests as far as they are computed, and the metadata', async () => {
    await home.put('models/acme/tiny.gguf', 'random')
    await home.scan()
    for (const path of ['/models/tiny', '/models/acme/tiny', '/models/acme%2Ftiny', '/models/TINY']) {
      const detail = await jsonOf(home.call(path))
      expect(detail).toMatchObject({
        id: 'tiny',
        aliases: ['acme/tiny'],
        files: [{ name: 'tiny.gguf', sha256: null, digest: { status: 'waiting' } }],
        metadata: { 'llama.block_count': 2 },
      })
    }
  })

  test('gets its digest in the background', async () => {
    await home.close()
    home = await openModelStoreHome({ isHashing: true })
    const path = await home.put('models/tiny.gguf', 'random')
    await home.scan()
    const sha256 = new Bun.CryptoHasher('sha256').update(await Bun.file(path).bytes()).digest('hex')
    const file = async () => (await jsonOf(home.call('/models/tiny'))).files[0]
    await eventually('the file is hashed', async () => (await file()).sha256 !== null)
    expect(await file()).toMatchObject({ sha256, digest: { status: 'computed' } })
    expect((await jsonOf(home.call('/api/tags'))).models[0].digest).toBe(sha256)
    expect((await jsonOf(home.call('/_skein/models/tiny'))).digest).toBe(sha256)
  })

  test.each(HOSTILE_NAMES.map((name) => [name.slice(0, 30), name]))(
    '%s is not found',
    async (_short, name) => {
      const response = await home.call(`/models/${name}`)
      expect(response.status).toBe(404)
      expect((await jsonOf(response)).error).toMatchObject({ message: expect.any(String) })
    },
  )
})

describe('scanning', () => {
  test('finds what has come and forgets what has gone', async () => {
    await home.put('models/a.gguf', 'random')
    const first = await jsonOf(home.call('/models/scan', { method: 'POST' }))
    expect(first).toMatchObject({ added: 1, removed: 0, skipped: 0, found: [{ id: 'a' }] })
    await home.put('models/b.gguf', 'random')
    expect(await jsonOf(home.call('/models/scan', { method: 'POST', json: {} }))).toMatchObject({ added: 1 })
  })

  test('happens by itself every 30 s', async () => {
    await home.put('models/a.gguf', 'random')
    await home.clock.advance(30_000)
    await eventually('the file is seen', async () => (await ids()).length === 1)
  })

  test('tells only of the paths that are named', async () => {
    await home.put('models/sub/a.gguf', 'random')
    await home.put('models/b.gguf', 'random')
    const { found } = await jsonOf(
      home.call('/models/scan', { json: { paths: [join(home.base, 'models/sub')] } }),
    )
    expect(found.map((model: { id: string }) => model.id)).toEqual(['a'])
  })

  test.each(['/etc', '../outside', '/', 'models', '/proc/self/environ', '\0'])(
    'refuses %j, which is not a configured place',
    async (path) => {
      const response = await home.call('/models/scan', { json: { paths: [path] } })
      expect(response.status).toBe(403)
    },
  )

  test('refuses a link that leads out of a configured place, and does not follow it', async () => {
    await home.put('outside/secret.gguf', 'random')
    symlinkSync(join(home.base, 'outside'), join(home.base, 'models/link'))
    symlinkSync(join(home.base, 'outside/secret.gguf'), join(home.base, 'models/secret.gguf'))
    const body = { paths: [join(home.base, 'models/link')] }
    expect((await home.call('/models/scan', { json: body })).status).toBe(403)
    await home.scan()
    expect(await ids()).toEqual([])
  })

  test('refuses a body that is not one', async () => {
    expect((await home.call('/models/scan', { method: 'POST', body: '{"paths":7}' })).status).toBe(400)
    expect((await home.call('/models/scan', { method: 'POST', body: 'x' })).status).toBe(400)
  })
})

describe('deleting', () => {
  test('removes the files of an own model and tells what it freed', async () => {
    const path = await home.put('models/acme/tiny.gguf', 'random')
    await home.scan()
    const { size } = Bun.file(path)
    const response = await home.call('/models/acme%2Ftiny', { method: 'DELETE' })
    expect(await jsonOf(response)).toEqual({ id: 'tiny', deleted: true, freedBytes: size })
    expect(existsSync(path)).toBe(false)
    expect((await home.call('/models/tiny', { method: 'DELETE' })).status).toBe(404)
  })

  test.each([
    ['LM Studio', 'home/.lmstudio/models/acme/x/tiny.gguf', 'LM Studio'],
    ['a further directory', 'further/tiny.gguf', 'MODEL_STORE_PATHS'],
  ])('refuses a model of %s and names its owner', async (_name, path, owner) => {
    const full = await home.put(path, 'random')
    await home.scan()
    const response = await home.call('/models/tiny?force=true', { method: 'DELETE' })
    expect(response.status).toBe(409)
    expect((await jsonOf(response)).error.message).toContain(owner)
    expect(existsSync(full)).toBe(true)
  })

  test('refuses a model that is loaded; with force it is unloaded first', async () => {
    const path = await home.put('models/tiny.gguf', 'random')
    await home.scan()
    const { leaseId } = await acquire('tiny')
    const refused = await home.call('/models/tiny', { method: 'DELETE' })
    expect(refused.status).toBe(409)
    expect((await jsonOf(refused)).error.code).toBe('conflict')
    expect(existsSync(path)).toBe(true)
    expect((await home.call('/models/tiny?force=true', { method: 'DELETE' })).status).toBe(200)
    expect(home.asked).toEqual([leaseId])
    expect(existsSync(path)).toBe(false)
  })

  test('with force refuses a model that is at work', async () => {
    const path = await home.put('models/tiny.gguf', 'random')
    await home.scan()
    await acquire('tiny')
    home.isReleasing = false
    expect((await home.call('/models/tiny?force=1', { method: 'DELETE' })).status).toBe(409)
    expect(existsSync(path)).toBe(true)
  })

  test.each(HOSTILE_NAMES.map((name) => [name.slice(0, 30), name]))(
    'does not find %s',
    async (_short, name) => {
      expect((await home.call(`/models/${name}?force=true`, { method: 'DELETE' })).status).toBe(404)
    },
  )
})

test('states tell how models are doing in memory', async () => {
  await home.put('models/tiny.gguf', 'random')
  await home.scan()
  const state = async () => (await jsonOf(home.call('/models/state'))).models[0]
  expect(await state()).toMatchObject({ id: 'tiny', state: 'unloaded', memoryBytes: 0, engine: null })
  const { leaseId } = await acquire('tiny', 300)
  expect(await state()).toMatchObject({ state: 'loading', memoryBytes: 300 })
  const report = (activeRequests: number) =>
    home.call('/_skein/leases/report', {
      method: 'PUT',
      json: {
        service: 'chat',
        instance: 'one',
        address: 'unix:/x',
        leases: [
          {
            leaseId,
            model: 'tiny',
            engine: 'node-llama-cpp',
            engineVersion: '1',
            bytes: 300,
            residentBytes: 350,
            state: 'ready',
            activeRequests,
            lastUsedAt: '2026-01-01T00:00:00Z',
            expiresAt: null,
            contextTokens: 1,
            slots: 1,
            processId: 1,
          },
        ],
      },
    })
  await report(0)
  expect(await state()).toMatchObject({ state: 'ready', memoryBytes: 350, engine: 'node-llama-cpp' })
  await report(2)
  expect(await state()).toMatchObject({ state: 'busy', activeRequests: 2, expiresAt: null })
})

test('storage tells the disk and what models take of it', async () => {
  const path = await home.put('models/tiny.gguf', 'random')
  await home.scan()
  const storage = await jsonOf(home.call('/models/storage'))
  expect(storage.models).toEqual([{ id: 'tiny', sizeBytes: Bun.file(path).size }])
  expect(storage).toMatchObject({ usedBytes: Bun.file(path).size, path: join(home.base, 'models') })
  expect(storage.totalBytes).toBeGreaterThan(storage.freeBytes)
})

test('a model called like a route can still be asked for', async () => {
  await home.put('models/state.gguf', 'random')
  await home.put('models/storage.gguf', 'random-bpe')
  await home.scan()
  expect(await ids()).toEqual(['model-state', 'model-storage'])
  expect((await jsonOf(home.call('/models/model-state'))).id).toBe('model-state')
})
