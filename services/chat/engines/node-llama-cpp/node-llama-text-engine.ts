import { decodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import type { CompletionEngine, CompletionEvent, CompletionRequest } from '../completion-engine.ts'
import { residentBytes } from '../resident-bytes.ts'
import type { CallReport, EngineCalls } from './engine-calls.ts'
import type { EngineOrder } from './engine-messages.ts'
import { MOST_UNREAD_EVENTS } from './engine-messages.ts'
import type { EngineProcess } from './engine-process.ts'
import { createEventQueue } from './event-queue.ts'

export interface NodeLlamaEngineParts {
  readonly card: ModelCard
  readonly driver: string
  readonly contextTokens: number
  readonly slots: number
  /** Its model is open. */
  readonly process: EngineProcess
  /** Told of every report of the process, and of its end. */
  readonly calls: EngineCalls
}

/** Reading is reported so often that a stream never waits for the report. */
const REPORT_READ_EVERY = MOST_UNREAD_EVENTS / 4

const NEVER = new AbortController().signal

/** An open model in its own process. */
export const createNodeLlamaTextEngine = (parts: NodeLlamaEngineParts): CompletionEngine => {
  const { card, contextTokens, driver, process, slots } = parts
  return {
    model: card.id,
    driver,
    contextTokens,
    slots,
    processId: process.processId,
    exited: process.exited,
    complete: (request, signal) => complete(parts, request, signal),
    async renderChat(prompt, signal) {
      const report = await ask(parts, (call) => ({ type: 'render', call, prompt }), signal)
      return expectReport(report, 'rendered').text
    },
    async rank({ documents, query }, signal) {
      const pairs = { documents, query }
      const report = await ask(parts, (call) => ({ type: 'rank', call, pairs }), signal)
      return expectReport(report, 'ranked').ranking
    },
    async countPromptTokens({ prompt }, signal) {
      const report = await ask(parts, (call) => ({ type: 'count', call, prompt }), signal)
      return expectReport(report, 'counted').promptTokens
    },
    async embed({ inputs }, signal) {
      const report = await ask(parts, (call) => ({ type: 'embed', call, inputs }), signal)
      return expectReport(report, 'embedded').embeddings
    },
    async tokenize(text) {
      const report = await ask(parts, (call) => ({ type: 'tokenize', call, text }), NEVER)
      return expectReport(report, 'tokenized').tokens
    },
    async detokenize(tokens) {
      const report = await ask(parts, (call) => ({ type: 'detokenize', call, tokens }), NEVER)
      return expectReport(report, 'detokenized').text
    },
    residentBytes: () => residentBytes(process.processId),
    close: () => process.stop(),
  }
}

/** A call with one reply. */
const ask = async (
  { calls, process }: NodeLlamaEngineParts,
  orderOf: (call: number) => EngineOrder,
  signal: AbortSignal,
): Promise<CallReport> => {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<CallReport>()
  const call = calls.open({ report: resolve, fail: reject })
  const abort = (): void => {
    process.send({ type: 'abort', call })
    reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    process.send(orderOf(call))
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    calls.close(call)
  }
}

const expectReport = <Type extends CallReport['type']>(
  report: CallReport,
  type: Type,
): Extract<CallReport, { readonly type: Type }> => {
  if (report.type === 'refused') throw decodeFault(report.fault)
  if (report.type !== type) throw new Fault('internal', `The engine process answered with '${report.type}'.`)
  // The check above is of the tag of a union, which the compiler does not follow through a type parameter.
  return report as Extract<CallReport, { readonly type: Type }>
}

async function* complete(
  { calls, process }: NodeLlamaEngineParts,
  request: CompletionRequest,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void> {
  signal.throwIfAborted()
  const events = createEventQueue<CompletionEvent>()
  const call = calls.open({
    report(report) {
      if (report.type === 'event') events.push(report.event)
      else if (report.type === 'refused') events.fail(decodeFault(report.fault))
    },
    fail: (error) => events.fail(error),
  })
  const abort = (): void => events.cancel(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    process.send({ type: 'complete', call, request })
    for (let read = 1; ; read++) {
      const event = await events.next()
      if (read % REPORT_READ_EVERY === 0) process.send({ type: 'consumed', call, events: REPORT_READ_EVERY })
      yield event
      if (event.type === 'generation-finish') return
    }
  } finally {
    signal.removeEventListener('abort', abort)
    calls.close(call)
    // Of no effect on a call that is over.
    process.send({ type: 'abort', call })
  }
}
