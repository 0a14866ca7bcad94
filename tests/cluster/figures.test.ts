import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { namesInQuery, namesOnPage } from '../support/prometheus/figure-names.ts'
import { alertRules, dashboardQueries } from '../support/prometheus/operator-queries.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { REPOSITORY } from '../support/source-files.ts'
import { jsonOf } from '../support/wire-json.ts'
import type { WireJson } from '../support/wire-json.ts'

let node: RunningNode
beforeAll(async () => {
  node = await startNode({ models: { 'known-answer': 'known-answer', embeds: 'embedding' } })
}, 60_000)
afterAll(() => node.stop())

const post = (path: string, body: object, requestId: string): Promise<Response> =>
  fetch(`${node.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify(body),
  })

/** The line that the router wrote about a request. */
const lineOf = async (requestId: string): Promise<WireJson> => {
  const path = join(node.home, 'logs', 'router.log')
  let found: WireJson
  await eventually(`the line of ${requestId} is written`, () => {
    const lines = readFileSync(path, 'utf8').split('\n')
    const line = lines.find((text) => text.includes(`"requestId":"${requestId}"`))
    found = line === undefined ? undefined : JSON.parse(line)
    return found !== undefined
  })
  return found
}

const messages = [{ role: 'user', content: 'A secret question' }]

describe('the line of a request', () => {
  test('tells who asked whom for what, how long it took, and the tokens that the client was told', async () => {
    const reply = await jsonOf(
      post('/v1/chat/completions', { model: 'known-answer', messages, n: 2 }, 'two-choices'),
    )
    const line = await lineOf('two-choices')
    expect(line).toMatchObject({
      key: 'local',
      model: 'known-answer',
      route: '/v1/chat/completions',
      method: 'POST',
      status: 200,
      outcome: 'answered',
      completionTokens: reply.usage.completion_tokens,
    })
    expect(line.node).toBeString()
    expect(line.promptTokens).toBe(2 * reply.usage.prompt_tokens)
    expect(line.firstTokenMs).toBeGreaterThan(0)
    expect(line.ms).toBeGreaterThanOrEqual(line.firstTokenMs)
    expect(JSON.stringify(line)).not.toContain('secret')
  })

  test('tells the first byte of a stream, and what was written of one whose client left', async () => {
    const left = new AbortController()
    const reply = await fetch(`${node.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'left-early' },
      body: JSON.stringify({
        model: 'known-answer',
        messages,
        stream: true,
        max_tokens: 2000,
        ignore_eos: true,
      }),
      signal: left.signal,
    })
    await reply.body?.getReader().read()
    left.abort()
    const line = await lineOf('left-early')
    expect(['client-left', 'answered']).toContain(line.outcome)
    expect(line.firstByteMs).toBeGreaterThan(0)
    expect(line.promptTokens).toBeGreaterThan(0)
  })

  test('tells what an embedding read', async () => {
    const reply = await jsonOf(post('/v1/embeddings', { model: 'embeds', input: 'Hello there' }, 'embedded'))
    expect(await lineOf('embedded')).toMatchObject({
      model: 'embeds',
      promptTokens: reply.usage.prompt_tokens,
      completionTokens: 0,
    })
  })
})

describe('the feed of figures', () => {
  test('tells what was used over a WebSocket', async () => {
    const socket = new WebSocket(`${node.url.replace('http', 'ws')}/v1/responses`, {
      headers: { 'x-request-id': 'by-socket' },
    })
    const { promise: done, resolve } = Promise.withResolvers<WireJson>()
    socket.addEventListener('message', ({ data }) => {
      const event = JSON.parse(String(data))
      if (event.type === 'response.completed') resolve(event.response)
    })
    await new Promise((open) => socket.addEventListener('open', open))
    socket.send(JSON.stringify({ type: 'response.create', model: 'known-answer', input: 'Hi' }))
    const { usage } = await done
    socket.close()
    expect(await lineOf('by-socket')).toMatchObject({
      status: 101,
      promptTokens: usage.input_tokens,
      completionTokens: usage.output_tokens,
    })
  })

  test('goes on when the chat service has died and come back', async () => {
    process.kill(await node.serviceProcessId('chat'), 'SIGKILL')
    let count = 0
    await eventually(
      'a line has tokens again',
      async () => {
        count += 1
        const id = `after-death-${count}`
        const reply = await post('/v1/chat/completions', { model: 'known-answer', messages }, id)
        await reply.text()
        return reply.status === 200 && (await lineOf(id)).completionTokens > 0
      },
      30_000,
    )
  }, 40_000)
})

describe('the figures of a node', () => {
  const readPage = async (): Promise<string> => (await fetch(`${node.url}/metrics`)).text()

  test('hold every figure that the dashboard and the alerts ask for', async () => {
    const names = namesOnPage(await readPage())
    // Prometheus itself says whether it reached the node.
    const known = new Set([...names, 'up'])
    const queries = [...dashboardQueries().map(({ query }) => query), ...alertRules().map(({ expr }) => expr)]
    expect(queries.length).toBeGreaterThan(40)
    for (const query of queries) expect(namesInQuery(query).length).toBeGreaterThan(0)
    expect(queries.flatMap(namesInQuery).filter((name) => !known.has(name))).toEqual([])
  })

  test('are all in the table for operators, and the table has no other', async () => {
    const page = await readPage()
    const exposed = [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '')
    const readme = readFileSync(join(REPOSITORY, 'deploy/README.md'), 'utf8')
    const told = [...readme.matchAll(/`((?:skein|process|nodejs)_\w+|api_call)/g)].map(
      ([, name]) => name ?? '',
    )
    // Other systems do not tell how many files a process has open.
    const untold = process.platform === 'linux' ? [] : ['process_open_fds', 'process_max_fds']
    const expected = [...new Set(told)].filter((name) => !untold.includes(name))
    expect(expected.toSorted()).toEqual(exposed.toSorted())
  })

  test('describe each figure once, and have no value twice', async () => {
    const lines = (await readPage()).split('\n').filter((line) => line !== '')
    const described = lines.filter((line) => line.startsWith('# HELP')).map((line) => line.split(' ')[2])
    expect(new Set(described).size).toBe(described.length)
    const series = lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/ \S+$/, ''))
    expect(new Set(series).size).toBe(series.length)
    expect(series.filter((one) => !one.includes('service="'))).toEqual([])
  })

  test('grow no further, whatever names, paths and methods strangers invent', async () => {
    const countSeries = async (): Promise<number> => (await readPage()).split('\n').length
    const attack = async (from: number, count: number): Promise<void> => {
      for (let index = from; index < from + count; index += 1) {
        await Promise.all([
          post('/v1/chat/completions', { model: `invented-${index}`, messages }, `a${index}`),
          post('/api/chat', { model: `invented-${index}`, messages }, `b${index}`),
          fetch(`${node.url}/v1/models/invented-${index}`),
          fetch(`${node.url}/nothing/${index}?q=${index}`),
          fetch(`${node.url}/status`, { method: `WEIRD${index}` }).catch(() => undefined),
        ])
      }
    }
    await attack(0, 5)
    const before = await countSeries()
    await attack(5, 100)
    expect(await countSeries()).toBeLessThanOrEqual(before)
    expect(await readPage()).not.toContain('invented-')
  }, 60_000)

  test('are for who may see figures, and for nobody else with a key', async () => {
    const made = async (scopes: readonly string[]): Promise<string> =>
      (await jsonOf(post('/v1/tokens', { label: scopes.join(), scopes }, 'make-key'))).token
    const ask = async (key: string): Promise<number> =>
      (await fetch(`${node.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).status
    expect(await ask(await made(['metrics']))).toBe(200)
    expect(await ask(await made(['inference']))).toBe(403)
  })
})
