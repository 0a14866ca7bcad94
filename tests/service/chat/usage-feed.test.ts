import { afterEach, describe, expect, test } from 'bun:test'
import { USAGE_ROUTE } from '@shared/contracts/engine-usage.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { createScriptedNode, scriptedCard } from '../../support/scripted-node.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import { callApp } from '../../support/call-app.ts'

const leaving: AbortController[] = []
afterEach(() => {
  for (const reader of leaving.splice(0)) reader.abort()
})

/** Reads the feed as the router does, until there are so many lines. */
const readLines = async ({ app }: ScriptedNode, count: number): Promise<EngineUsage[]> => {
  const left = new AbortController()
  leaving.push(left)
  const reply = await app.handle(new Request(`http://localhost${USAGE_ROUTE}`, { signal: left.signal }))
  expect(reply.headers.get('content-type')).toBe('application/x-ndjson')
  const lines: EngineUsage[] = []
  const decoder = new TextDecoder()
  const reader = reply.body!.getReader()
  while (lines.length < count) {
    const { value } = await reader.read()
    const texts = decoder.decode(value).split('\n')
    lines.push(...texts.filter((line) => line !== '').map((line) => JSON.parse(line) as EngineUsage))
  }
  return lines
}

const headers = { 'x-skein-visit': 'visit-1' }
const messages = [{ role: 'user', content: 'Hi' }]

describe('what a request used', () => {
  test('is one line for each choice of it', async () => {
    const node = createScriptedNode()
    await callApp(node.app, '/v1/chat/completions', { json: { messages, n: 2 }, headers })
    const lines = await readLines(node, 2)
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      expect(line).toMatchObject({
        visitId: 'visit-1',
        model: 'tiny',
        promptTokens: 7,
        cachedTokens: 3,
        completionTokens: 5,
        reasoningTokens: 0,
      })
    }
  })

  test.each([
    ['/api/chat', { messages, stream: false }],
    ['/v1/messages', { messages, max_tokens: 50 }],
    ['/v1/responses', { input: 'Hi' }],
    ['/v1/completions', { prompt: 'Hi' }],
    ['/v1/edits', { instruction: 'Shorter', input: 'Hi' }],
  ])('is told in every dialect: %s', async (path, json) => {
    const node = createScriptedNode()
    const reply = await callApp(node.app, path, { json: { model: 'tiny', ...json }, headers })
    expect(reply.status).toBe(200)
    expect(await readLines(node, 1)).toMatchObject([{ visitId: 'visit-1', completionTokens: 5 }])
  })

  test('is what was read, for embeddings and rankings', async () => {
    const node = createScriptedNode({ cards: [scriptedCard('ranks', { capabilities: ['rerank', 'embed'] })] })
    await callApp(node.app, '/v1/embeddings', { json: { input: ['a', 'b'], model: 'ranks' }, headers })
    await callApp(node.app, '/v1/rerank', { json: { query: 'a', documents: ['b'], model: 'ranks' }, headers })
    expect(await readLines(node, 2)).toMatchObject([
      { visitId: 'visit-1', promptTokens: 4, completionTokens: 0, firstTokenMs: null },
      { visitId: 'visit-1', promptTokens: 3, completionTokens: 0, firstTokenMs: null },
    ])
  })

  test('is told of an answer whose client left in the middle', async () => {
    const node = createScriptedNode()
    let written = 0
    const left = new AbortController()
    node.driver.script = {
      async gate(signal) {
        written += 1
        if (written < 4) return
        left.abort()
        signal.throwIfAborted()
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const asked = callApp(node.app, '/v1/chat/completions', {
      json: { messages, model: 'tiny' },
      headers,
      signal: left.signal,
    })
    expect((await asked).status).toBe(499)
    const [line] = await readLines(node, 1)
    expect(line?.promptTokens).toBe(7)
    expect(line?.completionTokens).toBe(3)
    expect(node.works).toMatchObject([{ isFinished: false }])
  })

  test('is nobody’s when it did not come through the router', async () => {
    const node = createScriptedNode()
    await callApp(node.app, '/v1/chat/completions', { json: { messages } })
    await callApp(node.app, '/v1/chat/completions', { json: { messages }, headers })
    expect(await readLines(node, 1)).toHaveLength(1)
    expect(node.works).toHaveLength(2)
  })
})
