import { createBoundedLabel, MOST_MODEL_LABELS } from '@shared/http/bounded-label.ts'
import { collectProcessMetrics } from '@shared/http/process-metrics.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { PoolObserver } from '../engine-pool/engine-pool.ts'
import type { EngineWork, WorkObserver } from '../usage/engine-work.ts'

/** Seconds: from a cached prefix on a fast machine to a cold load of a large model. */
const SECONDS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
/** Seconds between two tokens: from 500 a second to one in five. */
const GAP_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 5]
const TOKENS_PER_SECOND = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640]

export interface ChatMetrics extends PoolObserver, WorkObserver {
  /** A line of the usage feed was thrown away. */
  onUsageDropped(): void
}

/** Figures of the chat service. The label `model` takes only ids of models that were asked of the engines. */
export const createChatMetrics = (registry: Registry, onChange: () => void): ChatMetrics => {
  collectProcessMetrics(registry)
  const label = createBoundedLabel(MOST_MODEL_LABELS)
  return {
    ...createPoolMetrics(registry, label),
    ...createWorkMetrics(registry, label),
    onChange,
  }
}

type ModelLabel = (model: ModelId) => string

const createPoolMetrics = (registry: Registry, label: ModelLabel): Omit<PoolObserver, 'onChange'> => {
  const registers = [registry]
  const loadTime = new Histogram({
    name: 'skein_model_load_seconds',
    help: 'From the wish to open a model until its engine is up.',
    labelNames: ['model'],
    buckets: SECONDS,
    registers,
  })
  const loadFailures = new Counter({
    name: 'skein_model_load_failures_total',
    help: 'Models that could not be opened.',
    labelNames: ['model'],
    registers,
  })
  const unloads = new Counter({
    name: 'skein_model_unloads_total',
    help: 'Models closed, by reason: expired (idle), evicted (for another), crashed (its engine died), closed (shutdown).',
    labelNames: ['model', 'reason'],
    registers,
  })
  const open = new Gauge({ name: 'skein_models_open', help: 'Models in memory.', registers })
  return {
    onLoaded(model, loadMs) {
      open.inc()
      loadTime.observe({ model: label(model) }, loadMs / 1000)
    },
    onLoadFailed: (model) => loadFailures.inc({ model: label(model) }),
    onUnloaded(model, reason) {
      open.dec()
      unloads.inc({ model: label(model), reason })
    },
  }
}

const createWorkMetrics = (
  registry: Registry,
  label: ModelLabel,
): WorkObserver & Pick<ChatMetrics, 'onUsageDropped'> => {
  const { endToEnd, firstToken, gap, speed } = createTimes(registry)
  const { dropped, running, tokens } = createCounts(registry)
  const addTokens = (model: string, work: EngineWork): void => {
    tokens.inc({ model, kind: 'prompt' }, work.promptTokens)
    tokens.inc({ model, kind: 'cached' }, work.cachedTokens)
    tokens.inc({ model, kind: 'completion' }, work.completionTokens)
    tokens.inc({ model, kind: 'reasoning' }, work.reasoningTokens)
  }
  return {
    onUsageDropped: () => dropped.inc(),
    onBegin: () => running.inc(),
    onTokens: (model, count, tookMs) => gap.observe({ model: label(model) }, tookMs / count / 1000),
    onEnd(work) {
      running.dec()
      const model = label(work.model)
      addTokens(model, work)
      if (work.firstTokenMs !== null) firstToken.observe({ model }, work.firstTokenMs / 1000)
      if (!work.isFinished) return
      endToEnd.observe({ model, task: work.task }, work.totalMs / 1000)
      if (work.decodeMs > 0 && work.completionTokens > 1)
        speed.observe({ model }, (work.completionTokens * 1000) / work.decodeMs)
    },
  }
}

const createTimes = (registry: Registry) => {
  const histogram = <Label extends string>(
    name: string,
    facts: { readonly help: string; readonly buckets: number[]; readonly labelNames: Label[] },
  ) => new Histogram({ name: `skein_${name}`, ...facts, registers: [registry] })
  return {
    firstToken: histogram('time_to_first_token_seconds', {
      help: 'From the request to its first token, loading included, the queue not.',
      buckets: SECONDS,
      labelNames: ['model'],
    }),
    gap: histogram('inter_token_latency_seconds', {
      help: 'Between two tokens of an answer; of tokens that come together, their mean.',
      buckets: GAP_SECONDS,
      labelNames: ['model'],
    }),
    endToEnd: histogram('engine_work_seconds', {
      help: 'From the request to the end of its generation, embedding or ranking, loading included, the queue not.',
      buckets: SECONDS,
      labelNames: ['model', 'task'],
    }),
    speed: histogram('decode_tokens_per_second', {
      help: 'Speed of each answer.',
      buckets: TOKENS_PER_SECOND,
      labelNames: ['model'],
    }),
  }
}

const createCounts = (registry: Registry) => ({
  tokens: new Counter({
    name: 'skein_tokens_total',
    help: 'Tokens read (prompt; cached: those of them that were in the cache) and written (completion; reasoning: those of them that were thoughts).',
    labelNames: ['model', 'kind'],
    registers: [registry],
  }),
  running: new Gauge({
    name: 'skein_engine_work_running',
    help: 'Generations, embeddings and rankings that are under way.',
    registers: [registry],
  }),
  dropped: new Counter({
    name: 'skein_usage_lines_dropped_total',
    help: 'Figures of requests that the router never came to read.',
    registers: [registry],
  }),
})
