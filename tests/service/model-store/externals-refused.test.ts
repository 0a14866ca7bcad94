import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openaiRoutes } from '../../support/machines/test-machine.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'
import { openMachineBench } from './machine-bench.ts'
import type { MachineBench } from './machine-bench.ts'

let bench: MachineBench
beforeEach(async () => {
  bench = await openMachineBench()
})
afterEach(() => bench.close())

describe('what cannot be added is refused with the next step', () => {
  test.each([
    [{ url: 'studio.local:11434' }, 'url', 'http://'],
    [{ url: 'file:///etc/passwd' }, 'url', 'http://'],
    [{ url: 'http://me:secret@studio.local' }, 'url', 'api_key'],
    [{ url: 'http://studio.local?x=1' }, 'url', 'base URL'],
    [{ url: 'http://127.0.0.1:1', name: 'Not A Name' }, 'name', 'not-a-name'],
    [{ url: 'http://127.0.0.1:1', api_key: 'two words' }, 'api_key', 'one line'],
    [{ url: 'http://127.0.0.1:1', models: ['a\u0000'] }, 'models', 'names of models'],
    [{ url: 'http://127.0.0.1:1' }, 'url', 'Nothing answers'],
    [{ url: 'http://127.0.0.1:1', slots: 0 }, 'slots', 'slots'],
    [{ url: 'http://127.0.0.1:1', color: 'red' }, 'color', 'color'],
    [{}, 'url', 'url'],
  ])('%j', async (body, param, part) => {
    const { message, param: named, status } = await bench.refusal(body)
    expect({ status, named }).toEqual({ status: 400, named: param })
    expect(message).toContain(part)
    expect(await jsonOf(bench.home.call('/v1/externals'))).toEqual({ object: 'list', data: [] })
  })

  test('a server of something else', async () => {
    const machine = bench.machineWith({ 'GET /v1/models': () => new Response('<html>', { status: 200 }) })
    expect((await bench.refusal({ url: machine.url })).message).toContain('no list of models')
    machine.answer({ 'GET /v1/models': () => new Response('', { status: 404 }) })
    expect((await bench.refusal({ url: machine.url })).message).toContain('is 404')
    machine.answer(openaiRoutes('m'))
    expect((await bench.refusal({ url: machine.url, kind: 'ollama' })).message).toContain('Ollama')
  })

  test('a server that sends its callers elsewhere is not followed', async () => {
    const other = bench.machineWith(openaiRoutes('m'))
    const machine = bench.machineWith({
      'GET /v1/models': () => Response.redirect(`${other.url}/v1/models`, 302),
    })
    const { message } = await bench.refusal({ url: machine.url, api_key: 'sk-mine' })
    expect(message).toContain(`sends its callers to ${other.url}`)
    expect(other.requests).toEqual([])
  })

  test('this very node, however it is called', async () => {
    const door = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        return bench.home.call(pathname + search)
      },
    })
    expect((await bench.refusal({ url: `http://localhost:${door.port}` })).message).toContain(
      'this very node',
    )
    await door.stop(true)
  })

  test('the same URL or name twice', async () => {
    const machine = bench.machineWith(openaiRoutes('m'))
    const other = bench.machineWith(openaiRoutes('m'))
    await bench.added({ url: machine.url, name: 'one' })
    expect(await bench.refusal({ url: machine.url, name: 'two' })).toMatchObject({
      status: 409,
      param: 'url',
    })
    expect(await bench.refusal({ url: other.url, name: 'one' })).toMatchObject({ status: 409, param: 'name' })
  })
})

describe('hostile servers', () => {
  test.each([
    ['no list', { data: 'models' }],
    ['deep JSON', JSON.parse('{"data":'.repeat(100) + '[]' + '}'.repeat(100))],
  ])('%s', async (_what, reply) => {
    const machine = bench.machineWith({ 'GET /v1/models': () => Response.json(reply) })
    expect((await bench.refusal({ url: machine.url })).message).toContain('no list of models')
  })

  test('a list without end is not read to its end', async () => {
    const endless = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) }),
      )
    const machine = bench.machineWith({ 'GET /v1/models': endless })
    expect((await bench.refusal({ url: machine.url })).message).toContain('more than')
  })

  test('entries of wrong types, wild names and too many of them are left out', async () => {
    const wild = [
      null,
      7,
      { id: 7 },
      { id: '' },
      { id: 'a\u001B[2Jb' },
      { id: 'x'.repeat(300) },
      { id: '__proto__', meta: 'none', max_model_len: -5 },
      { id: '../../etc/passwd' },
      ...Array.from({ length: 2000 }, (_, index) => ({ id: `m${index}` })),
    ]
    const machine = bench.machineWith({ 'GET /v1/models': () => Response.json({ data: wild }) })
    const { models } = await bench.added({ url: machine.url })
    expect(models.length).toBeLessThanOrEqual(500)
    const named = Object.fromEntries(models.map((model: WireJson) => [model.remote_name, model.id]))
    expect(named['../../etc/passwd']).toBe('etc/passwd')
    expect(models.map(({ id }: WireJson) => id)).toContain('proto__')
    expect(JSON.stringify(models)).not.toContain('\\u001b')
  })

  test('models that another Skein has from elsewhere are not taken over', async () => {
    const skein = bench.machineWith({
      'GET /v1/models': () => Response.json({ data: [] }),
      'GET /api/version': () =>
        Response.json({ version: '1.0.0' }, { headers: { 'x-skein-instance': 'another' } }),
      'GET /models': () =>
        Response.json({
          data: [
            {
              id: 'own',
              capabilities: ['chat', 'embed'],
              contextLength: 4096,
              source: { type: 'skein' },
              error: null,
            },
            { id: 'of-others', capabilities: ['chat'], source: { type: 'external' }, error: null },
            { id: 'broken', capabilities: ['chat'], source: { type: 'skein' }, error: 'damaged' },
          ],
          nextCursor: null,
        }),
    })
    expect(await bench.added({ url: skein.url })).toMatchObject({
      product: 'skein',
      models: [{ id: 'own', capabilities: ['chat', 'embed'], context_length: 4096 }],
    })
  })
})
