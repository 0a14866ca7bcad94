import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Usage } from '@shared/inference/usage.ts'
import type { EngineTask, WorkObserver } from './engine-work.ts'

export interface WorkMeterPorts {
  readonly observer: WorkObserver
  /** Milliseconds of a clock that never jumps. */
  readonly elapsedMs: () => number
}

export interface WorkFacts {
  readonly task: EngineTask
  readonly model: ModelId
  readonly visitId: string | undefined
}

/** Measures one piece of work, from the request on. It is told when it is finished; `end` tells what was broken off. */
export class WorkMeter {
  private readonly beganAt: number
  private openedAt: number | undefined
  private firstTokenAt: number | undefined
  private lastTokenAt = 0
  private usage: Required<Omit<Usage, 'isUncounted'>> = {
    promptTokens: 0,
    completionTokens: 0,
    cachedTokens: 0,
    reasoningTokens: 0,
  }
  private decodeMs: number | undefined
  private isFinished = false
  private isTold = false

  constructor(
    private readonly ports: WorkMeterPorts,
    private readonly facts: WorkFacts,
  ) {
    this.beganAt = ports.elapsedMs()
    ports.observer.onBegin()
  }

  /** Milliseconds since the request. */
  get totalMs(): number {
    return this.ports.elapsedMs() - this.beganAt
  }

  get loadMs(): number {
    return (this.openedAt ?? this.ports.elapsedMs()) - this.beganAt
  }

  /** The engine is there. */
  onOpen(): void {
    this.openedAt = this.ports.elapsedMs()
  }

  onEvent(event: GenerationEvent): void {
    if (event.type === 'generation-start') {
      this.usage = { ...this.usage, promptTokens: event.promptTokens, cachedTokens: event.cachedTokens }
    } else if (event.type === 'generation-finish') {
      const { isUncounted: _, ...usage } = event.usage
      this.usage = { reasoningTokens: 0, ...usage }
      this.decodeMs = event.timings.decodeMs
      this.isFinished = true
      this.tell()
    } else if ('tokens' in event && event.tokens > 0) {
      this.onTokens(event.tokens, event.type === 'reasoning-delta')
    }
  }

  /** All that an embedding or a ranking takes. */
  onRead(promptTokens: number): void {
    this.usage = { ...this.usage, promptTokens }
    this.isFinished = true
    this.tell()
  }

  end(): void {
    if (!this.isTold) this.tell()
  }

  private tell(): void {
    this.isTold = true
    const { beganAt, decodeMs, facts, firstTokenAt, isFinished, loadMs, ports, totalMs, usage } = this
    ports.observer.onEnd({
      ...facts,
      ...usage,
      loadMs,
      totalMs,
      firstTokenMs: firstTokenAt === undefined ? null : firstTokenAt - beganAt,
      decodeMs: decodeMs ?? (firstTokenAt === undefined ? 0 : ports.elapsedMs() - firstTokenAt),
      isFinished,
    })
  }

  private onTokens(count: number, isReasoning: boolean): void {
    const now = this.ports.elapsedMs()
    if (this.firstTokenAt === undefined) this.firstTokenAt = now
    else this.ports.observer.onTokens(this.facts.model, count, now - this.lastTokenAt)
    this.lastTokenAt = now
    this.usage = {
      ...this.usage,
      completionTokens: this.usage.completionTokens + count,
      reasoningTokens: this.usage.reasoningTokens + (isReasoning ? count : 0),
    }
  }
}
