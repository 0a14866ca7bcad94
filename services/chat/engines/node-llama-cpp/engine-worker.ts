import { encodeFault } from '@shared/fault/fault-wire.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { EngineOrder, LoadPlan } from './engine-messages.ts'
import { createEventReader } from './event-reader.ts'
import type { EventReader } from './event-reader.ts'
import type { OpenModel } from './open-model.ts'
import { countPromptTokens } from './prompt-tokens.ts'
import type { ReportOutbox } from './report-outbox.ts'
import { runGeneration } from './run-generation.ts'
import type { GenerationParts } from './run-generation.ts'

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
      case 'render':
        return this.#run(order.call, async () => {
          const text = this.#generation().chatPrompt.render(order.prompt)
          this.#outbox.push({ type: 'rendered', call: order.call, text })
        })
      case 'count':
        return this.#count(order)
      case 'embed':
        return this.#embed(order)
      case 'tokenize':
        return this.#run(order.call, async () => {
          const tokens = this.#model.tokenizer.tokenize(order.text)
          this.#outbox.push({ type: 'tokenized', call: order.call, tokens })
        })
      case 'detokenize':
        return this.#run(order.call, async () => {
          const text = this.#model.tokenizer.detokenize(order.tokens)
          this.#outbox.push({ type: 'detokenized', call: order.call, text })
        })
      case 'consumed':
        return this.#consumed(order)
      case 'abort':
        return this.#calls.get(order.call)?.abort.abort()
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

  #count({ call, prompt }: OrderOf<'count'>): void {
    this.#run(call, async () => {
      const promptTokens = countPromptTokens(this.#generation(), prompt)
      this.#outbox.push({ type: 'counted', call, promptTokens })
    })
  }

  #generation(): GenerationParts {
    const { generation } = this.#model
    if (generation === undefined) throw this.#cannot('answer, it gives embeddings')
    return generation
  }

  #embed({ call, inputs }: OrderOf<'embed'>): void {
    this.#run(call, async (signal) => {
      const { embedder } = this.#model
      if (embedder === undefined) throw this.#cannot('embed, it gives answers')
      this.#outbox.push({ type: 'embedded', call, embeddings: await embedder.embed(inputs, signal) })
    })
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
