import { expect, test } from 'bun:test'
import { createChatMetrics } from '@service/chat/features/metrics/chat-metrics.ts'
import type { EngineWork } from '@service/chat/features/usage/engine-work.ts'
import { Registry } from 'prom-client'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const work = (model: string, changes: Partial<EngineWork> = {}): EngineWork => ({
  task: 'generate',
  visitId: 'v1',
  model: scriptedCard(model).id,
  promptTokens: 10,
  cachedTokens: 4,
  completionTokens: 20,
  reasoningTokens: 5,
  firstTokenMs: 60,
  decodeMs: 500,
  loadMs: 1,
  totalMs: 570,
  isFinished: true,
  ...changes,
})

const createMetrics = () => {
  const registry = new Registry()
  return { metrics: createChatMetrics(registry, () => undefined), registry }
}

test('an answer counts its tokens, its first token, the gaps between them and all of its time', async () => {
  const { metrics, registry } = createMetrics()
  metrics.onBegin()
  metrics.onTokens(scriptedCard('llama').id, 4, 100)
  metrics.onEnd(work('llama'))
  const text = await registry.metrics()
  for (const line of [
    'skein_tokens_total{model="llama",kind="prompt"} 10',
    'skein_tokens_total{model="llama",kind="cached"} 4',
    'skein_tokens_total{model="llama",kind="completion"} 20',
    'skein_tokens_total{model="llama",kind="reasoning"} 5',
    'skein_time_to_first_token_seconds_sum{model="llama"} 0.06',
    'skein_inter_token_latency_seconds_sum{model="llama"} 0.025',
    'skein_engine_work_seconds_sum{model="llama",task="generate"} 0.57',
    'skein_decode_tokens_per_second_sum{model="llama"} 40',
    'skein_engine_work_running 0',
  ]) {
    expect(text).toContain(`${line}\n`)
  }
})

test('an answer that was broken off counts its tokens, but no time to its end', async () => {
  const { metrics, registry } = createMetrics()
  metrics.onBegin()
  metrics.onEnd(work('llama', { isFinished: false }))
  const text = await registry.metrics()
  expect(text).toContain('skein_tokens_total{model="llama",kind="completion"} 20\n')
  expect(text).not.toContain('skein_engine_work_seconds_sum{')
})

test('ten thousand models are two hundred labels and one for the rest', async () => {
  const { metrics, registry } = createMetrics()
  for (let index = 0; index < 10_000; index += 1) {
    const { id } = scriptedCard(`model-${index}`)
    metrics.onEnd(work(id))
    metrics.onLoadFailed(id)
    metrics.onLoaded(id, 5)
    metrics.onUnloaded(id, 'crashed')
  }
  const text = await registry.metrics()
  const labels = new Set([...text.matchAll(/model="([^"]+)"/g)].map(([, label]) => label))
  expect(labels.size).toBe(201)
  expect(text).toContain('skein_model_load_failures_total{model="other"} 9800\n')
  expect(text.split('\n').length).toBeLessThan(201 * 80)
})
