import type { ToolCall } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

type CallEvent = Extract<
  GenerationEvent,
  { readonly type: 'tool-call-start' | 'tool-call-delta' | 'tool-call-end' }
>

/** Reads one turn of the model's: what the caller sees of it, and what this node has to do. */
export class TurnReader {
  /** Whole calls of tools of this node. */
  readonly serverCalls: ToolCall[] = []
  readonly #serverTools: { has(name: string): boolean }
  readonly #isFirst: boolean
  readonly #texts: string[] = []
  readonly #thoughts: string[] = []
  #callerCalls = 0
  /** The call that is being told, when it is for this node. */
  #open: { readonly id: string; readonly name: string; readonly texts: string[] } | undefined

  /**
   * @param serverTools those that this node runs; calls of others are the caller's
   * @param isFirst only the first turn's start is told
   */
  constructor(serverTools: { has(name: string): boolean }, isFirst: boolean) {
    this.#serverTools = serverTools
    this.#isFirst = isFirst
  }

  get text(): string {
    return this.#texts.join('')
  }

  get reasoning(): string {
    return this.#thoughts.join('')
  }

  get hasCallerCalls(): boolean {
    return this.#callerCalls > 0
  }

  /** What of the event goes to the caller. The finish does not: the last one stands for all turns. */
  *take(event: GenerationEvent): Generator<GenerationEvent> {
    switch (event.type) {
      case 'generation-start':
        if (this.#isFirst) yield event
        return
      case 'generation-finish':
        return
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
        return yield* this.#takeCall(event)
      case 'reasoning-delta':
        this.#thoughts.push(event.text)
        break
      case 'text-delta':
        this.#texts.push(event.text)
        break
      case 'tool-result':
        break
    }
    yield event
  }

  *#takeCall(event: CallEvent): Generator<GenerationEvent> {
    if (event.type === 'tool-call-start') this.#start(event)
    if (this.#open === undefined) return yield { ...event, index: this.#callerCalls - 1 }
    if (event.type === 'tool-call-delta') this.#open.texts.push(event.text)
    if (event.type === 'tool-call-end') {
      const { id, name, texts } = this.#open
      this.serverCalls.push({ id, name, arguments: texts.join('') })
      this.#open = undefined
    }
  }

  /** The call before, if it was cut off, is over. */
  #start({ id, name }: Extract<CallEvent, { readonly type: 'tool-call-start' }>): void {
    const isOurs = this.#serverTools.has(name)
    this.#open = isOurs ? { id, name, texts: [] } : undefined
    if (!isOurs) this.#callerCalls += 1
  }
}
