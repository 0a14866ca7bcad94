import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import Anthropic, { BadRequestError, PermissionDeniedError } from '@anthropic-ai/sdk'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { runSkein } from './run-skein.ts'

let node: RunningNode
let client: Anthropic
const messages = [{ role: 'user' as const, content: 'Are you there?' }]
const known = { model: 'known-answer', max_tokens: 200, messages }
const city: Anthropic.Tool.InputSchema = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Rome', 'Oslo'] } },
  required: ['city'],
  additionalProperties: false,
}
const random = { model: 'random', max_tokens: 500, temperature: 0, messages }
const calling = {
  ...random,
  tools: [{ name: 'weather', description: 'Tells the weather.', input_schema: city, strict: true }],
  tool_choice: { type: 'any' as const, disable_parallel_tool_use: true },
}

beforeAll(async () => {
  node = await startNode({
    models: {
      'known-answer': 'known-answer',
      endless: 'endless',
      embedder: 'bert-embedding',
      random: 'random-bpe',
    },
  })
  client = new Anthropic({ baseURL: node.url, apiKey: 'none', maxRetries: 0 })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error,
  )

describe('the official anthropic client at a real node', () => {
  test('gets a call whose input fits the schema, from a model that writes at random', async () => {
    const message = await client.messages.create(calling)
    expect(message.stop_reason).toBe('tool_use')
    const uses = message.content.filter((block) => block.type === 'tool_use')
    expect(uses).toMatchObject([{ name: 'weather', input: { city: expect.stringMatching(/^(Rome|Oslo)$/) } }])
    const streamed = await client.messages.stream(calling).finalMessage()
    expect(streamed.content.filter((block) => block.type === 'tool_use')).toMatchObject([
      { name: 'weather', input: uses[0]?.input },
    ])
  })

  test('tells the model the result of such a call', async () => {
    const called = await client.messages.create(calling)
    const [use] = called.content.filter((block) => block.type === 'tool_use')
    if (use === undefined) throw new Error('There is no call.')
    const result = { type: 'tool_result' as const, tool_use_id: use.id, content: 'Sunny.' }
    const again = await client.messages.create({
      ...calling,
      messages: [
        ...messages,
        { role: 'assistant', content: called.content },
        { role: 'user', content: [result] },
      ],
    })
    const tokensOf = ({ usage }: Anthropic.Message): number =>
      usage.input_tokens + (usage.cache_read_input_tokens ?? 0)
    expect(again.stop_reason).toBe('tool_use')
    expect(tokensOf(again)).toBeGreaterThan(tokensOf(called))
  })

  test('gets an answer of a schema', async () => {
    const format = { type: 'json_schema' as const, schema: city }
    const { content } = await client.messages.create({ ...random, output_config: { format } })
    const [block] = content.filter(({ type }) => type === 'text')
    if (block?.type !== 'text') throw new Error('There is no text.')
    expect(['Rome', 'Oslo']).toContain(JSON.parse(block.text).city)
  })

  test('counts the tools among the tokens of a prompt', async () => {
    const asked = { model: 'random', messages }
    const bare = await client.messages.countTokens(asked)
    const withTools = await client.messages.countTokens({ ...asked, tools: calling.tools })
    expect(withTools.input_tokens).toBeGreaterThan(bare.input_tokens)
  })

  test('learns where an image stands that the model cannot see', async () => {
    const data =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data }
    const seen = [{ role: 'user' as const, content: [{ type: 'image' as const, source }] }]
    for (const asked of [
      () => client.messages.create({ ...known, messages: seen }),
      () => client.messages.countTokens({ model: 'known-answer', messages: seen }),
    ]) {
      const error = await failureOf(asked())
      expect(error).toBeInstanceOf(BadRequestError)
      expect(String(error)).toContain('messages.0.content.0')
    }
  })

  test('lists the models that chat', async () => {
    const ids: string[] = []
    for await (const { id } of client.models.list({ limit: 2 })) ids.push(id)
    expect(ids.toSorted()).toEqual(['endless', 'known-answer', 'random'])
  })

  test('asks for Claude, and is answered by the model of the settings', async () => {
    const settings = `${node.url}/v1/settings/anthropic-proxy`
    const change = (body: object): Promise<Response> =>
      fetch(settings, {
        method: 'PATCH',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    await change({
      modelMap: { 'claude-*haiku*': 'endless' },
      backend: { type: 'local', id: 'known-answer' },
    })
    const opus = await client.messages.create({ ...known, model: 'claude-opus-5' })
    expect(opus).toMatchObject({ model: 'claude-opus-5', content: [{ text: KNOWN_ANSWER }] })
    const haiku = await client.messages.create({ ...known, model: 'claude-haiku-5-5', max_tokens: 3 })
    expect(haiku).toMatchObject({ model: 'claude-haiku-5-5', content: [{ text: 'one two three' }] })
    // It is there for the next start too.
    expect(await Bun.file(join(node.home, 'anthropic-proxy.json')).json()).toEqual(
      await (await fetch(settings)).json(),
    )
    await change({ enabled: false })
    expect(await failureOf(client.messages.create({ ...known, model: 'claude-opus-5' }))).toBeInstanceOf(
      PermissionDeniedError,
    )
  })

  test('works with what skein claude writes, asking as Claude Code does', async () => {
    const path = join(node.home, 'claude', 'settings.json')
    const words = ['--url', node.url, '--model', 'known-answer', '--settings', path]
    expect(await runSkein(node.home, 'claude', 'on', ...words)).toMatchObject({ exitCode: 0 })
    const { env } = (await Bun.file(path).json()) as { env: Record<string, string> }
    const claude = new Anthropic({
      baseURL: env['ANTHROPIC_BASE_URL'] ?? '',
      authToken: env['ANTHROPIC_AUTH_TOKEN'] ?? '',
      apiKey: null,
      maxRetries: 0,
    })
    const stream = claude.beta.messages.stream({
      model: env['ANTHROPIC_MODEL'] ?? '',
      max_tokens: 200,
      system: [{ type: 'text', text: 'You are a tool.', cache_control: { type: 'ephemeral' } }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
      ],
      tools: [{ name: 'Read', description: 'Reads.', input_schema: city, eager_input_streaming: true }],
      thinking: { type: 'adaptive' },
      metadata: { user_id: 'user_1' },
      output_config: { effort: 'medium' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      betas: ['claude-code-20250219', 'interleaved-thinking-2025-05-14'],
    })
    expect(await stream.finalText()).toBe(KNOWN_ANSWER)
    expect(await runSkein(node.home, 'claude', 'off', '--settings', path)).toMatchObject({ exitCode: 0 })
    expect(await Bun.file(path).exists()).toBe(false)
  })
})
