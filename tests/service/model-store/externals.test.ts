import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ollamaRoutes, openaiRoutes } from '../../support/machines/test-machine.ts'
import type { MachineAnswer } from '../../support/machines/test-machine.ts'
import { jsonOf } from '../../support/wire-json.ts'
import { openMachineBench } from './machine-bench.ts'
import type { MachineBench } from './machine-bench.ts'

let bench: MachineBench
beforeEach(async () => {
  bench = await openMachineBench()
})
afterEach(() => bench.close())

describe('adding', () => {
  test('a server of OpenAI’s API is looked at at once, and its models are listed in every dialect', async () => {
    const machine = bench.machineWith(openaiRoutes('Qwen/Qwen3-8B', 'nomic-embed-text', 'bge-reranker-v2'))
    const external = await bench.added({ url: `${machine.url}/v1/`, name: 'studio' })
    expect(external).toMatchObject({
      object: 'external',
      name: 'studio',
      url: machine.url,
      product: 'openai',
      state: 'up',
      has_key: false,
      slots: 8,
      models: [
        { id: 'nomic-embed-text', capabilities: ['embed'] },
        {
          id: 'qwen/qwen3-8b',
          remote_name: 'Qwen/Qwen3-8B',
          capabilities: ['chat'],
          context_length: 8192,
        },
      ],
    })
    const { data } = await jsonOf(bench.home.call('/v1/models'))
    expect(data).toMatchObject([
      { id: 'nomic-embed-text', owned_by: 'external' },
      { id: 'qwen/qwen3-8b', owned_by: 'external', aliases: ['studio/qwen/qwen3-8b'] },
    ])
    const tags = await jsonOf(bench.home.call('/api/tags'))
    expect(tags.models).toHaveLength(2)
    expect((await jsonOf(bench.home.call('/models'))).data[0]).toMatchObject({
      engine: 'external',
      format: 'remote',
      path: machine.url,
      source: { type: 'external' },
    })
    expect((await jsonOf(bench.home.call('/models/storage'))).models).toEqual([])
  })

  test('an Ollama tells what its models can, how large they are and how much they take', async () => {
    const machine = bench.machineWith(
      ollamaRoutes({
        'llama3.2:latest': { capabilities: ['completion', 'tools'], contextLength: 131_072 },
        'odd-name': { capabilities: ['embedding'], contextLength: 512 },
      }),
    )
    expect(await bench.added({ url: machine.url })).toMatchObject({
      name: '127.0.0.1',
      product: 'ollama',
      version: '0.12.1',
      models: [
        { id: 'llama3.2', remote_name: 'llama3.2:latest', capabilities: ['chat'], context_length: 131_072 },
        { id: 'odd-name', capabilities: ['embed'], context_length: 512 },
      ],
    })
    const shown = await jsonOf(bench.home.call('/api/show', { json: { model: 'llama3.2' } }))
    expect(shown).toMatchObject({
      details: { format: 'remote', family: 'llama', quantization_level: 'Q4_K_M' },
      capabilities: ['completion'],
    })
    const { data } = await jsonOf(bench.home.call('/models'))
    expect(data[0]).toMatchObject({ sizeBytes: 2_000_000_000, contextLength: 131_072 })
  })

  test('only the models that the operator names are offered', async () => {
    const machine = bench.machineWith(openaiRoutes('one', 'two'))
    await bench.added({ url: machine.url, models: ['TWO'] })
    expect(await bench.listed()).toEqual(['two'])
  })

  test('names that are taken get the machine’s name in front, and keep their plain name as long as they had it first', async () => {
    await bench.home.put('models/shared.gguf', 'known-answer')
    await bench.home.scan()
    const first = bench.machineWith(openaiRoutes('shared', 'mine'))
    const second = bench.machineWith(openaiRoutes('mine'))
    await bench.added({ url: first.url, name: 'first' })
    await bench.added({ url: second.url, name: 'second' })
    expect(await bench.listed()).toEqual(['first/shared', 'mine', 'second/mine', 'shared'])
  })
})

describe('the key of a server', () => {
  test('is sent to it, kept in a file that nobody else can read, and shown nowhere', async () => {
    const key = 'sk-secret-of-the-studio'
    const locked: MachineAnswer = (request) =>
      request.headers.get('authorization') === `Bearer ${key}`
        ? Response.json({ data: [{ id: 'm' }] })
        : Response.json(
            { error: { message: `wrong key ${request.headers.get('authorization')}` } },
            { status: 401 },
          )
    const machine = bench.machineWith({ 'GET /v1/models': locked })
    expect(await bench.refusal({ url: machine.url })).toMatchObject({
      status: 400,
      param: 'api_key',
      message: expect.stringContaining('asks for a key'),
    })
    const wrong = await bench.refusal({ url: machine.url, api_key: 'sk-wrong' })
    expect(wrong.message).toContain('does not take this key')
    const external = await bench.added({ url: machine.url, name: 'locked', api_key: `${key}\n` })
    expect(JSON.stringify([external, await jsonOf(bench.home.call('/v1/externals'))])).not.toContain(key)
    const path = join(bench.home.base, 'externals', `${external.id}.key`)
    expect(readFileSync(path, 'utf8')).toBe(`${key}\n`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(bench.home.base, 'externals', 'list.json'), 'utf8')).not.toContain(key)
    const access = await jsonOf(bench.home.call('/_skein/external-models/m'))
    expect(access).toMatchObject({ url: machine.url, remoteModel: 'm', keyPath: path, slots: 8 })
    expect(JSON.stringify(access)).not.toContain(key)
    await bench.home.call('/v1/externals/locked', { method: 'DELETE' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('taking a server off', () => {
  test('takes its models off at once; its models alone cannot be deleted', async () => {
    const machine = bench.machineWith(openaiRoutes('m'))
    await bench.added({ url: machine.url, name: 'studio' })
    const refused = await bench.home.call('/models/m', { method: 'DELETE' })
    expect(refused.status).toBe(409)
    expect((await jsonOf(refused)).error.message).toContain('skein external rm')
    const removed = await jsonOf(bench.home.call('/v1/externals/studio', { method: 'DELETE' }))
    expect(removed).toMatchObject({ object: 'external', name: 'studio', deleted: true })
    expect(await bench.listed()).toEqual([])
    for (const method of ['GET', 'DELETE'] as const)
      expect((await bench.home.call('/v1/externals/studio', { method })).status).toBe(404)
  })
})
