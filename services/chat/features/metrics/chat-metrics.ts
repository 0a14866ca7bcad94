import { Counter, Gauge, Histogram, collectDefaultMetrics } from 'prom-client'
import type { Registry } from 'prom-client'
import type { PoolObserver } from '../engine-pool/engine-pool.ts'
import type { GenerationObserver } from '../text/generate-text.ts'

/** Seconds: from a cached prefix on a fast machine to a cold load of a large model. */
const SECONDS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const TOKENS_PER_SECOND = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640]

/** Figures of the chat service. The label `model` takes only ids of models that were opened. */
export const createChatMetrics = (
  registry: Registry,
  onChange: () => void,
): PoolObserver & GenerationObserver => {
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `skein_${name}`, help, labelNames: ['model'], buckets, registers })
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `skein_${name}`, help, labelNames, registers })
  const firstToken = histogram(
    'time_to_first_token_seconds',
    'From the request to its first text, loading included.',
    SECONDS,
  )
  const loadTime = histogram(
    'model_load_seconds',
    'From the wish to open a model until its engine is up.',
    SECONDS,
  )
  const speed = histogram('decode_tokens_per_second', 'Speed of each answer.', TOKENS_PER_SECOND)
  const tokens = counter(
    'tokens_total',
    'Tokens read (prompt), taken from the cache (cached) and written (completion).',
    ['model', 'kind'],
  )
  const loadFailures = counter('model_load_failures_total', 'Models that could not be opened.', ['model'])
  const unloads = counter('model_unloads_total', 'Models closed, by reason.', ['model', 'reason'])
  const open = new Gauge({ name: 'skein_models_open', help: 'Models in memory.', registers })
  return {
    onLoaded(model, loadMs) {
      open.inc()
      loadTime.observe({ model }, loadMs / 1000)
    },
    onLoadFailed: (model) => loadFailures.inc({ model }),
    onUnloaded(model, reason) {
      open.dec()
      unloads.inc({ model, reason })
    },
    onChange,
    onFirstText: (model, sinceRequestMs) => firstToken.observe({ model }, sinceRequestMs / 1000),
    onFinish(model, usage, decodeMs) {
      tokens.inc({ model, kind: 'prompt' }, usage.promptTokens)
      tokens.inc({ model, kind: 'cached' }, usage.cachedTokens)
      tokens.inc({ model, kind: 'completion' }, usage.completionTokens)
      if (decodeMs > 0 && usage.completionTokens > 1)
        speed.observe({ model }, (usage.completionTokens * 1000) / decodeMs)
    },
  }
}
