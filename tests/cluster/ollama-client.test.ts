import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Ollama } from 'ollama'
import { eventually } from '../support/eventually.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode
let client: Ollama
const messages = [{ role: 'user', content: 'Are you there?' }]

beforeAll(async () => {
  node = await startNode({
    models: { 'known-answer': 'known-answer', endless: 'endless', embedder: 'bert-embedding' },
  })
  client = new Ollama({ host: node.url })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const activeRequests = async (): Promise<number> => {
  const state = (await (await fetch(`${node.url}/models/state`)).json()) as {
    models: { activeRequests: number }[]
  }
  return state.models.reduce((sum, model) => sum + model.activeRequests, 0)
}

const loadedNames = async (): Promise<string[]> => (await client.ps()).models.map(({ name }) => name)

/** The ledger learns of it a moment later. */
const isLoaded = (name: string): Promise<void> =>
  eventually(`${name} is listed`, async () => (await loadedNames()).includes(name), 5000)

describe('the official ollama client, unmodified', () => {
  test('lists the models and shows one', async () => {
    const { models } = await client.list()
    const names = models.map(({ name }) => name).toSorted()
    expect(names).toEqual(['embedder:latest', 'endless:latest', 'known-answer:latest'])
    const shown = await client.show({ model: 'known-answer' })
    expect(shown.capabilities).toContain('completion')
    expect(shown.details.format).toBe('gguf')
  })

  test('chats and gets the whole answer with real counts and times', async () => {
    const reply = await client.chat({ model: 'known-answer:latest', messages })
    expect(reply).toMatchObject({
      model: 'known-answer:latest',
      message: { role: 'assistant', content: KNOWN_ANSWER },
      done: true,
      done_reason: 'stop',
    })
    expect(Math.abs(Date.now() - new Date(reply.created_at).getTime())).toBeLessThan(60_000)
    expect(reply.prompt_eval_count).toBeGreaterThan(3)
    expect(reply.eval_count).toBeGreaterThan(5)
    expect(reply.load_duration).toBeGreaterThan(0)
    expect(reply.eval_duration).toBeGreaterThan(0)
    expect(reply.total_duration).toBeGreaterThanOrEqual(reply.load_duration + reply.prompt_eval_duration)
    await isLoaded('known-answer:latest')
  })

  test('streams the same answer, figures last', async () => {
    let text = ''
    let evalCount = 0
    for await (const part of await client.chat({ model: 'known-answer', messages, stream: true })) {
      text += part.message.content
      if (part.done) evalCount = part.eval_count
    }
    expect(text).toBe(KNOWN_ANSWER)
    expect(evalCount).toBeGreaterThan(5)
  })

  test('generates through the template and raw, up to a budget', async () => {
    const reply = await client.generate({ model: 'known-answer', prompt: 'Are you there?' })
    expect(reply.response).toBe(KNOWN_ANSWER)
    const options = { num_predict: 5, temperature: 0 }
    const raw = await client.generate({ model: 'endless', prompt: ' one', raw: true, options })
    expect(raw).toMatchObject({ done_reason: 'length', eval_count: 5 })
    expect(raw.response).not.toBe('')
  })

  test('carries a conversation on by the context of the last answer, which grows with it', async () => {
    const first = await client.generate({ model: 'known-answer', prompt: 'Are you there?' })
    const { context } = first
    const second = await client.generate({ model: 'known-answer', prompt: 'Still?', context })
    expect(second.response).toBe(KNOWN_ANSWER)
    expect(second.prompt_eval_count).toBeGreaterThan(first.prompt_eval_count + first.eval_count)
    expect(second.context.length).toBeGreaterThan(context.length)
  })

  test('embeds several texts, one that is too long, and one in the older way', async () => {
    const reply = await client.embed({ model: 'embedder', input: ['hello', 'hello world '.repeat(20_000)] })
    expect(reply.embeddings).toHaveLength(2)
    for (const vector of reply.embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 4)
    expect(reply.prompt_eval_count).toBeGreaterThan(100)
    expect(reply.total_duration).toBeGreaterThanOrEqual(reply.load_duration)
    const older = await client.embeddings({ model: 'embedder', prompt: 'hello' })
    expect(older.embedding).toEqual(reply.embeddings[0] as number[])
    const whole = client.embed({ model: 'embedder', input: 'hello world '.repeat(20_000), truncate: false })
    expect(await whole.catch((error: unknown) => error)).toMatchObject({ status_code: 400 })
  })

  test('loads a model and unloads it', async () => {
    await client.generate({ model: 'endless', prompt: '', keep_alive: '10m' })
    await isLoaded('endless:latest')
    const reply = await client.generate({ model: 'endless', prompt: '', keep_alive: 0 })
    expect(reply.done_reason).toBe('unload')
    await eventually('it is gone', async () => !(await loadedNames()).includes('endless:latest'), 5000)
  })

  test('aborts in mid-stream, and the engine stops', async () => {
    const stream = await client.generate({ model: 'endless', prompt: ' one', raw: true, stream: true })
    let parts = 0
    const read = async (): Promise<void> => {
      for await (const part of stream) {
        expect(part.done).toBe(false)
        parts += 1
        if (parts === 5) client.abort()
      }
    }
    expect(await read().catch((error: unknown) => error)).toMatchObject({ name: 'AbortError' })
    await eventually('the engine is idle again', async () => (await activeRequests()) === 0, 5000)
  })

  test('gets its own errors, with the reason', async () => {
    const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)
    expect(await failure(client.chat({ model: 'gpt-99', messages }))).toMatchObject({
      name: 'ResponseError',
      status_code: 404,
      error: expect.stringContaining("'gpt-99'"),
    })
    const image = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    const seen = { model: 'known-answer', messages: [{ role: 'user', content: 'What?', images: [image] }] }
    expect(await failure(client.chat(seen))).toMatchObject({
      status_code: 400,
      error: expect.stringContaining('messages[0].images[0]'),
    })
    const foreign = { model: 'known-answer', prompt: 'And?', context: [151_644, 872] }
    expect(await failure(client.generate(foreign))).toMatchObject({
      status_code: 400,
      error: expect.stringContaining("'context' does not come from this server"),
    })
    expect(await failure(client.chat({ model: 'embedder', messages }))).toMatchObject({ status_code: 400 })
  })
})
