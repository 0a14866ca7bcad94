import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { findMarkedProcesses } from '../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { writeTestModel } from '../support/gguf/test-models.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'
import { runSkein } from './run-skein.ts'
import { chat, newHome, nothingIsLeft, removeHomes, up } from './supervised-node.ts'

const LONG = 120_000
const port = freePort()
let there = ''
let homeThere = ''
let here = ''
let homeHere = ''

/** Two nodes that know nothing of each other, but that the first was told of the second’s URL. */
beforeAll(async () => {
  homeThere = await newHome('endless')
  await writeTestModel('known-answer', join(homeThere, 'models', 'known.gguf'))
  there = (await up(homeThere, '--port', String(port))).url
  homeHere = await newHome()
  here = (await up(homeHere)).url
}, LONG)
afterAll(removeHomes, LONG)

const post = (path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(here + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })

const listed = async (): Promise<readonly string[]> =>
  (await jsonOf(fetch(`${here}/v1/models`))).data
    .filter(({ owned_by: owner }: WireJson) => owner === 'external')
    .map(({ id }: WireJson) => id)

const running = async (url: string): Promise<number> => (await jsonOf(fetch(`${url}/status`))).queue.running

const messages = [{ role: 'user', content: 'Hello!' }]

describe('another server, added by its URL', () => {
  test(
    'is added from the command line, and a node is not added to itself',
    async () => {
      const added = await runSkein(homeHere, 'external', 'add', there, '--name', 'second')
      expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('second is added: skein') })
      expect(await listed()).toContain('known')
      const self = await runSkein(homeHere, 'external', 'add', here)
      expect(self).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('this very node') })
      await eventually('the router knows the model', async () => (await chat(here, { model: 'known' })).ok)
    },
    LONG,
  )

  test('answers in every dialect, with its own counts', async () => {
    const openai = await jsonOf(chat(here, { model: 'known' }))
    expect(openai.choices[0].message.content).toBe(KNOWN_ANSWER)
    const direct = await jsonOf(chat(there, { model: 'known' }))
    expect(openai.usage.prompt_tokens).toBe(direct.usage.prompt_tokens)
    expect(openai.usage.completion_tokens).toBe(direct.usage.completion_tokens)
    const anthropic = await jsonOf(post('/v1/messages', { model: 'known', messages, max_tokens: 100 }))
    expect(anthropic).toMatchObject({
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: KNOWN_ANSWER }],
    })
    const ollama = await jsonOf(post('/api/chat', { model: 'known', messages, stream: false }))
    expect(ollama).toMatchObject({ done: true, message: { content: KNOWN_ANSWER } })
  })

  test('streams in every dialect', async () => {
    const openai = await (
      await post('/v1/chat/completions', { model: 'known', messages, stream: true })
    ).text()
    expect(openai).toEndWith('data: [DONE]\n\n')
    const text = openai
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '')
    expect(text.join('')).toBe(KNOWN_ANSWER)
    expect(text.length).toBeGreaterThan(3)
    const anthropic = await post('/v1/messages', { model: 'known', messages, max_tokens: 100, stream: true })
    expect(await anthropic.text()).toContain('event: message_stop')
    const lines = (await (await post('/api/chat', { model: 'known', messages })).text()).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).message.content).join('')).toBe(KNOWN_ANSWER)
  })

  test('is left at once by a caller who leaves', async () => {
    const abort = new AbortController()
    const stream = await post(
      '/v1/chat/completions',
      { model: 'endless', messages, stream: true },
      abort.signal,
    )
    await stream.body!.getReader().read()
    expect(await running(there)).toBe(1)
    abort.abort()
    await eventually('the other node rests', async () => (await running(there)) === 0, 3000)
    expect(await running(here)).toBe(0)
  })

  test('takes no memory here', async () => {
    const { models } = await jsonOf(fetch(`${here}/models/state`))
    expect(models.filter(({ id }: WireJson) => id === 'known')).toMatchObject([
      { state: 'unloaded', memoryBytes: 0 },
    ])
  })

  test(
    'is missed within five seconds when it dies, and is back by itself',
    async () => {
      for (const { processId } of findMarkedProcesses(homeThere)) process.kill(processId, 'SIGKILL')
      await nothingIsLeft(homeThere)
      const first = await chat(here, { model: 'known' })
      expect(first.status).toBe(503)
      expect(first.headers.get('retry-after')).not.toBeNull()
      expect((await jsonOf(first)).error.message).toContain("'second'")
      await eventually('its models are gone', async () => (await listed()).length === 0, 5000)
      const later = await chat(here, { model: 'known' })
      expect(later.status).toBe(503)
      expect((await jsonOf(later)).error.message).toContain('does not answer')
      await up(homeThere, '--port', String(port))
      await eventually('its models are back', async () => (await listed()).includes('known'), 15_000)
      expect((await chat(here, { model: 'known' })).status).toBe(200)
    },
    LONG,
  )

  test('is taken off with all its models', async () => {
    const removed = await runSkein(homeHere, 'external', 'rm', 'second')
    expect(removed.exitCode).toBe(0)
    expect(await listed()).toEqual([])
    await eventually(
      'nobody answers for it',
      async () => (await chat(here, { model: 'known' })).status === 404,
    )
  })
})
