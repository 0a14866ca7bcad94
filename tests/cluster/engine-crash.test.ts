import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ssePayloads } from '../support/call-app.ts'
import { eventually } from '../support/eventually.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

let node: RunningNode

beforeAll(async () => {
  node = await startNode({ models: { endless: 'endless', 'known-answer': 'known-answer' } })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const chat = (model: string, body: object = {}): Promise<Response> =>
  fetch(`${node.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'go' }], ...body }),
  })

const processOf = async (model: string): Promise<number> => {
  let processId = 0
  await eventually(`${model} is in the ledger`, async () => {
    const state = await jsonOf(fetch(`${node.url}/models/state`))
    processId = state.models.find(({ id }: { id: string }) => id === model)?.processId ?? 0
    return processId > 0
  })
  return processId
}

test('an engine killed in mid-stream ends that stream with a typed error; others go on; it is back within 2 s', async () => {
  const broken = await chat('endless', { stream: true })
  const other = await chat('known-answer', { stream: true })
  const processId = await processOf('endless')
  process.kill(processId, 'SIGSEGV')
  const payloads = ssePayloads(await broken.text())
  expect(payloads.at(-1)).toBe('[DONE]')
  expect(payloads.at(-2).error).toMatchObject({ type: 'server_error', code: 'engine_failed' })
  expect(ssePayloads(await other.text()).at(-1)).toBe('[DONE]')
  const startedAt = performance.now()
  const again = await chat('endless', { max_tokens: 3 })
  expect(again.status).toBe(200)
  expect((await jsonOf(again)).usage.completion_tokens).toBe(3)
  expect(performance.now() - startedAt).toBeLessThan(2000)
  expect(await processOf('endless')).not.toBe(processId)
}, 30_000)

test('a killed chat service is restarted; meanwhile the router answers 503 with Retry-After', async () => {
  const processId = await node.serviceProcessId('chat')
  process.kill(processId, 'SIGKILL')
  const seen = new Set<number>()
  await eventually('the router has said 503 and then 200', async () => {
    const response = await chat('known-answer', { max_tokens: 1 })
    seen.add(response.status)
    if (response.status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    await response.text()
    return seen.has(503) && response.status === 200
  })
  expect([...seen].toSorted()).toEqual([200, 503])
}, 30_000)
