import { createChatApp } from '@service/chat/app.ts'
import { EnginePool } from '@service/chat/features/engine-pool/engine-pool.ts'
import type { PoolSettings } from '@service/chat/features/engine-pool/engine-pool.ts'
import type { EngineWork } from '@service/chat/features/usage/engine-work.ts'
import { UsageOutbox } from '@service/chat/features/usage/usage-outbox.ts'
import type { MemoryLeases } from '@service/chat/features/engine-pool/memory-leases.ts'
import type { ServerTools } from '@service/chat/features/server-tools/server-tools.ts'
import { createConfiguredTools } from '@service/chat/server-tools/configured-tools.ts'
import { findModel, parseModelId, resolveModel } from '@shared/dialects/model-name.ts'
import { openaiModelNotFound } from '@shared/dialects/openai/openai-models.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { createLog } from '@shared/log/create-log.ts'
import { Registry } from 'prom-client'
import type { ResponseStore } from '@service/chat/features/responses/response-store.ts'
import { createManualClock } from './manual-clock.ts'
import type { ManualClock } from './manual-clock.ts'
import { createScriptedDriver } from './scripted-engine.ts'
import type { ScriptedDriver } from './scripted-engine.ts'
import { createTestResponseStore } from './test-response-store.ts'

export interface ScriptedNode {
  readonly app: ReturnType<typeof createChatApp>
  readonly pool: EnginePool
  readonly driver: ScriptedDriver
  readonly clock: ManualClock
  readonly granted: string[]
  readonly released: string[]
  readonly unloads: string[]
  readonly usage: UsageOutbox
  /** All that the engine did. */
  readonly works: EngineWork[]
}

/** A model that exists nowhere but in a test. */
export const scriptedCard = (id: string, changes: Partial<ModelCard> = {}): ModelCard => ({
  id: parseModelId(id)!,
  name: id,
  aliases: [],
  capabilities: ['chat', 'embed'],
  format: 'gguf',
  architecture: 'llama',
  quantization: 'F16',
  parameterCount: 1000,
  sizeBytes: 1000,
  path: `/models/${id}.gguf`,
  source: 'skein',
  shape: {
    contextLength: 8192,
    embeddingLength: 64,
    blockCount: 1,
    headCount: 2,
    keyValueHeadCount: 2,
    keyLength: 32,
    valueLength: 32,
    vocabularySize: 300,
  },
  modifiedAt: '2026-01-01T00:00:00.000Z',
  isTestModel: false,
  ...changes,
})

const SETTINGS: PoolSettings = {
  contextTokens: 4096,
  slots: 4,
  threads: 1,
  cores: 2,
  keepAliveMs: 60_000,
  memoryWaitMs: 1000,
}

/** The chat service in memory, over the scripted engine. */
export const createScriptedNode = (
  options: {
    readonly cards?: readonly ModelCard[]
    readonly settings?: Partial<PoolSettings>
    readonly acquire?: MemoryLeases['acquire']
    readonly serverTools?: ServerTools
    readonly createId?: () => string
    /** Where responses are kept, and how many. */
    readonly responses?: { readonly store: ResponseStore; readonly keep?: number }
  } = {},
): ScriptedNode => {
  const cards = options.cards ?? [scriptedCard('tiny')]
  const driver = createScriptedDriver()
  const clock = createManualClock()
  const granted: string[] = []
  const released: string[] = []
  const unloads: string[] = []
  const works: EngineWork[] = []
  const usage = new UsageOutbox({ clock, onDropped: () => undefined })
  const log = createLog('test', 'silent')
  const observer = {
    onLoaded: () => undefined,
    onLoadFailed: () => undefined,
    onUnloaded: (model: string, reason: string) => void unloads.push(`${model} ${reason}`),
    onChange: () => undefined,
    onBegin: () => undefined,
    onTokens: () => undefined,
    onEnd: (work: EngineWork) => void works.push(work),
  }
  const leases: MemoryLeases = {
    async acquire(want, signal) {
      const leaseId = (await options.acquire?.(want, signal)) ?? `lease-${granted.length + 1}`
      granted.push(leaseId)
      return leaseId
    },
    release: async (leaseId) => void released.push(leaseId),
    report: () => Promise.resolve(),
  }
  const directory = {
    async card(model: string) {
      const card = findModel(model, cards)
      if (card === undefined) throw openaiModelNotFound(model)
      return card
    },
    resolve: async (asked: string | undefined, capability: 'chat' | 'embed') =>
      resolveModel(asked, cards, { capability, loaded: pool.openModels }),
  }
  const pool: EnginePool = new EnginePool({
    driver,
    directory,
    leases,
    clock,
    observer,
    settings: { ...SETTINGS, ...options.settings },
    log,
  })
  const app = createChatApp({
    pool,
    serverTools: options.serverTools ?? createConfiguredTools({}, { environment: {}, log }),
    responses: {
      keep: 100,
      store: options.responses?.store ?? createTestResponseStore(),
      ...options.responses,
    },
    clock,
    directory,
    observer,
    usage,
    metrics: new Registry(),
    manifest: { instance: 'test', slotsPerModel: 4 },
    now: () => 1_700_000_000_000,
    elapsedMs: clock.now,
    createId: options.createId ?? (() => 'id0'),
    log,
  })
  return { app, pool, driver, clock, granted, released, unloads, usage, works }
}
