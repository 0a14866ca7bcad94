import { stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { EngineLoadOptions } from '@shared/inference/text-engine.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { CompletionEngine, CompletionEngineDriver } from '../completion-engine.ts'
import { estimateMemoryBytes, isRepacked } from '../../policy/estimate-memory.ts'
import { residentBytes } from '../resident-bytes.ts'
import { EngineCalls } from './engine-calls.ts'
import type { EngineReport, LoadPlan } from './engine-messages.ts'
import { startEngineProcess } from './engine-process.ts'
import type { EngineProcess } from './engine-process.ts'
import { loadFailureReason } from './load-failure.ts'
import { createNodeLlamaTextEngine } from './node-llama-text-engine.ts'

export interface NodeLlamaDriverOptions {
  /** `auto`: the best that the installed binaries offer. */
  readonly accelerator: 'cpu' | 'auto'
  readonly log: Log
  /** Variables for its processes beside a minimal set, such as `CUDA_VISIBLE_DEVICES`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const NAME = 'node-llama-cpp'
const WATCH_MEMORY_EVERY_MS = 500
/** A load that takes this much more than the estimate is of a file that lies about its sizes. */
const MEMORY_FACTOR = 1.5
const MEMORY_MARGIN_BYTES = 2 ** 30

/** llama.cpp through node-llama-cpp, one process for each open model. */
export const createNodeLlamaEngineDriver = (driver: NodeLlamaDriverOptions): CompletionEngineDriver => ({
  name: NAME,
  version: readVersion,
  estimateBytes: (card, options) =>
    estimateMemoryBytes(card, options, { isFileMapped: isFileMapped(driver, card) }),
  async load(card, options, signal) {
    signal.throwIfAborted()
    await checkFile(card)
    const loading = startLoading(driver, card, planOf(driver, card, options))
    try {
      const contextTokens = await untilReady(loading, options, signal)
      return openEngine(loading, { contextTokens, slots: options.slots })
    } catch (error) {
      await loading.process.stop()
      throw error
    }
  },
})

interface Loading {
  readonly driver: NodeLlamaDriverOptions
  readonly card: ModelCard
  readonly process: EngineProcess
  readonly calls: EngineCalls
  /** `ready` or `failed`. */
  readonly outcome: Promise<EngineReport>
}

const startLoading = (driver: NodeLlamaDriverOptions, card: ModelCard, plan: LoadPlan): Loading => {
  const calls = new EngineCalls()
  const { promise: outcome, resolve } = Promise.withResolvers<EngineReport>()
  const process = startEngineProcess({
    environment: { ...minimalEnvironment(), ...driver.environment },
    log: driver.log.child({ model: card.id, engine: NAME }),
    onReport(report) {
      if ('call' in report) calls.report(report)
      else if (report.type !== 'pong') resolve(report)
    },
  })
  process.send({ type: 'load', plan })
  return { driver, card, process, calls, outcome }
}

/** @returns tokens of context of each slot */
const untilReady = async (
  { card, driver, outcome, process }: Loading,
  options: EngineLoadOptions,
  signal: AbortSignal,
): Promise<number> => {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const estimate = estimateMemoryBytes(card, options, { isFileMapped: isFileMapped(driver, card) })
  const watch = watchMemory(process, estimate * MEMORY_FACTOR + MEMORY_MARGIN_BYTES)
  try {
    const end = process.exited.then((reason): EngineReport => ({
      type: 'failed',
      reason: loadFailureReason(process.recentLines(), `the engine ended over it (${reason})`),
    }))
    const report = await Promise.race([outcome, end, aborted])
    if (report.type === 'ready') return report.contextTokens
    throw notLoadable(card, report.type === 'failed' ? report.reason : 'unknown reason')
  } finally {
    watch.stop()
    signal.removeEventListener('abort', abort)
  }
}

const watchMemory = (process: EngineProcess, limitBytes: number): { stop(): void } => {
  const timer = setInterval(async () => {
    if ((await residentBytes(process.processId)) > limitBytes)
      process.kill('it took far more memory than a model of this size needs')
  }, WATCH_MEMORY_EVERY_MS)
  return { stop: () => clearInterval(timer) }
}

const openEngine = (
  { card, calls, driver, process }: Loading,
  sizes: { readonly contextTokens: number; readonly slots: number },
): CompletionEngine => {
  void process.exited.then((reason) => {
    const isClosed = reason === 'closed'
    if (!isClosed)
      driver.log.error(
        { model: card.id, reason, lines: process.recentLines() },
        'engine stopped unexpectedly',
      )
    calls.failAll(
      new Fault(
        'engine_failed',
        isClosed
          ? `The model ${card.id} was unloaded.`
          : `The engine of the model ${card.id} stopped unexpectedly (${reason}). The model will be loaded again for the next request.`,
      ),
    )
  })
  return createNodeLlamaTextEngine({ card, driver: NAME, process, calls, ...sizes })
}

const planOf = (driver: NodeLlamaDriverOptions, card: ModelCard, options: EngineLoadOptions): LoadPlan => ({
  modelPath: card.path,
  modelName: card.id,
  contextTokens: options.contextTokens,
  slots: options.slots,
  threads: options.threads,
  accelerator: driver.accelerator,
  isFileMapped: isFileMapped(driver, card),
  canChat: card.capabilities.includes('chat'),
  canEmbed: card.capabilities.includes('embed'),
  canRank: card.capabilities.includes('rerank'),
})

/** Weights that the processor keeps in another order are read: mapped as well, they would be in memory twice. */
const isFileMapped = ({ accelerator }: NodeLlamaDriverOptions, { quantization }: ModelCard): boolean =>
  accelerator === 'auto' || !isRepacked(quantization)

const checkFile = async (card: ModelCard): Promise<void> => {
  if (card.defect !== undefined) throw notLoadable(card, card.defect)
  const file = await stat(card.path).catch(() => undefined)
  if (file === undefined) throw notLoadable(card, 'its file is not there')
  if (!file.isFile() || file.size === 0) throw notLoadable(card, 'its file is empty or no file')
}

const notLoadable = (card: ModelCard, reason: string): Fault =>
  new Fault('model_not_loadable', `The model ${card.id} cannot be opened: ${reason}`, { param: 'model' })

/** What the library needs to find its way; nothing of the service's own settings and secrets. */
const minimalEnvironment = (): Readonly<Record<string, string>> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
  HOME: homedir(),
  TMPDIR: tmpdir(),
})

/** Without loading the library: that would take a third of a second and its memory. */
const readVersion = async (): Promise<string> => {
  const entry = Bun.resolveSync('node-llama-cpp', import.meta.dir)
  const manifest: unknown = await Bun.file(join(dirname(entry), '..', 'package.json')).json()
  const version: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : ''
  return typeof version === 'string' ? version : 'unknown'
}
