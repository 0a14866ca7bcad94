import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Embedder } from './embedder.ts'
import type { EngineOrder, EngineReport, LoadPlan } from './engine-messages.ts'
import { createEventReader } from './event-reader.ts'
import type { EventReader } from './event-reader.ts'
import type { OpenModel } from './open-model.ts'
import { countPromptTokens } from './prompt-tokens.ts'
import type { Ranker } from './ranker.ts'
import type { ReportOutbox } from './report-outbox.ts'
import { runGeneration } from './run-generation.ts'
import type { GenerationParts } from './run-generation.ts'

type OneReplyOrder = OrderOf<'render' | 'count' | 'embed' | 'rank' | 'tokenize' | 'detokenize'>
type OrderOf<Type extends EngineOrder['type']> = Extract<EngineOrder, { readonly type: Type }>

interface RunningCall {
  readonly abort: AbortController
  readonly reader?: EventReader
}

/** Does what the service orders with one open model. */
export class EngineWorker {
  readonly #model: OpenModel
  readonly #plan: LoadPlan
  readonly #outbox: ReportOutbox
  readonly #calls = new Map<number, RunningCall>()

  constructor(model: OpenModel, plan: LoadPlan, outbox: ReportOutbox) {
    this.#model = model
    this.#plan = plan
    this.#outbox = outbox
  }

  take(order: Exclude<EngineOrder, { readonly type: 'load' | 'ping' }>): void {
    switch (order.type) {
      case 'complete':
        return this.#complete(order)
      case 'consumed':
        return this.#consumed(order)
      case 'abort':
        return this.#calls.get(order.call)?.abort.abort()
      default:
        return this.#run(order.call, async (signal) => this.#outbox.push(await this.#reply(order, signal)))
    }
  }

  /** To an order that one report answers. */
  async #reply(order: OneReplyOrder, signal: AbortSignal): Promise<EngineReport> {
    const { call, type } = order
    const { tokenizer } = this.#model
    switch (type) {
      case 'render':
        return { type: 'rendered', call, text: this.#generation().chatPrompt.render(order.prompt) }
      case 'count':
        return { type: 'counted', call, promptTokens: countPromptTokens(this.#generation(), order.prompt) }
      case 'embed':
        return { type: 'embedded', call, embeddings: await this.#embedder().embed(order.inputs, signal) }
      case 'rank':
        return { type: 'ranked', call, ranking: await this.#ranker().rank(order.pairs, signal) }
      case 'tokenize':
        return { type: 'tokenized', call, tokens: tokenizer.tokenize(order.text) }
      case 'detokenize':
        return { type: 'detokenized', call, text: tokenizer.detokenize(order.tokens) }
    }
  }

  #consumed({ call, events }: OrderOf<'consumed'>): void {
    this.#calls.get(call)?.reader?.consumed(events)
  }

  #complete({ call, request }: OrderOf<'complete'>): void {
    const reader = createEventReader((event) => this.#outbox.push({ type: 'event', call, event }))
    this.#run(
      call,
      async (signal) => {
        await runGeneration(this.#generation(), request, reader, signal)
      },
      reader,
    )
  }

  #generation(): GenerationParts {
    const { generation } = this.#model
    if (generation === undefined) throw this.#cannot('answer')
    return generation
  }

  #embedder(): Embedder {
    const { embedder } = this.#model
    if (embedder === undefined) throw this.#cannot('embed')
    return embedder
  }

  #ranker(): Ranker {
    const { ranker } = this.#model
    if (ranker === undefined) throw this.#cannot('rank')
    return ranker
  }

  #cannot(what: string): Fault {
    return new Fault('invalid_request', `The model ${this.#plan.modelName} cannot ${what}.`, {
      param: 'model',
    })
  }

  #run(call: number, work: (signal: AbortSignal) => Promise<void>, reader?: EventReader): void {
    const abort = new AbortController()
    this.#calls.set(call, { abort, ...(reader === undefined ? {} : { reader }) })
    void work(abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted)
          this.#outbox.push({ type: 'refused', call, fault: encodeFault(faultOf(error)) })
      })
      .finally(() => this.#calls.delete(call))
  }
}

const faultOf = (error: unknown): Fault => {
  if (error instanceof Fault) return error
  const reason = error instanceof Error ? error.message.slice(0, 300) : 'unknown reason'
  return new Fault('engine_failed', `The engine failed: ${reason}`, { cause: error })
}
