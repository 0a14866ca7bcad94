import { LruPrefixCache } from './lru-prefix-cache.ts'
import { pagesOf } from './simulated-prompt.ts'
import type { SimulatedPrompt } from './simulated-prompt.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How fast a machine is, and how much it can do at the same time. */
export interface EngineOptions {
  readonly slots: number
  /** Of the machine: those whose prompts are read at the same time share it. */
  readonly prefillTokensPerSecond: number
  /** Of each slot. */
  readonly decodeTokensPerSecond: number
  /** Of the prefix cache. */
  readonly cacheTokens: number
  readonly loadMs: number
  readonly isWarm: boolean
}

export interface EngineWork {
  readonly prompt: SimulatedPrompt
  readonly answerTokens: number
  readonly onFirstToken: (cachedTokens: number) => void
  readonly onEnd: () => void
}

interface Prefill {
  readonly work: EngineWork
  readonly cachedTokens: number
  leftTokens: number
}

/** One model on one machine: a queue, slots, prompts that are read side by side, answers that are written. */
export class SimulatedEngine {
  readonly cache: LruPrefixCache
  isWarm: boolean
  loads = 0
  private isLoading = false
  private readonly waiting: EngineWork[] = []
  private readonly prefills = new Set<Prefill>()
  private readonly present = new Set<EngineWork>()
  private running = 0
  private lastStepMs = 0
  private cancelStep = (): void => undefined

  constructor(
    private readonly options: EngineOptions,
    private readonly time: VirtualTime,
    private readonly onChange: () => void,
  ) {
    this.cache = new LruPrefixCache(options.cacheTokens)
    this.isWarm = options.isWarm
  }

  get busyCount(): number {
    return this.present.size
  }

  get runningCount(): number {
    return this.running
  }

  get waitingCount(): number {
    return this.waiting.length
  }

  /** As a router guesses it that knows nothing of the cache. */
  get pendingTokens(): number {
    let tokens = 0
    for (const { answerTokens, prompt } of this.present) tokens += prompt.tokens + answerTokens
    return tokens
  }

  take(work: EngineWork): void {
    this.waiting.push(work)
    this.present.add(work)
    if (this.isWarm) this.fillSlots()
    else this.load()
    this.onChange()
  }

  /** The process dies: nobody hears of what it had. */
  crash(): void {
    this.cancelStep()
    this.waiting.length = 0
    this.prefills.clear()
    this.present.clear()
    this.running = 0
    this.cache.clear()
    this.isWarm = this.options.isWarm
  }

  private load(): void {
    if (this.isLoading) return
    this.isLoading = true
    this.loads += 1
    this.time.after(this.options.loadMs, () => {
      this.isLoading = false
      this.isWarm = true
      this.fillSlots()
      this.onChange()
    })
  }

  private fillSlots(): void {
    while (this.running < this.options.slots) {
      const work = this.waiting.shift()
      if (work === undefined) return
      this.step()
      this.running += 1
      const { prompt } = work
      const cachedTokens = Math.min(this.cache.matchedTokens(pagesOf(prompt, 0)), prompt.tokens - 1)
      this.prefills.add({ work, cachedTokens, leftTokens: prompt.tokens - cachedTokens })
      this.planStep()
    }
  }

  /** What was read since the last step. */
  private step(): void {
    const passedMs = this.time.now() - this.lastStepMs
    this.lastStepMs = this.time.now()
    const tokensEach =
      (passedMs * this.options.prefillTokensPerSecond) / 1000 / Math.max(1, this.prefills.size)
    for (const prefill of this.prefills) prefill.leftTokens -= tokensEach
  }

  private planStep(): void {
    this.cancelStep()
    if (this.prefills.size === 0) return
    const next = Math.min(...[...this.prefills].map(({ leftTokens }) => leftTokens))
    const inMs = (Math.max(0, next) * this.prefills.size * 1000) / this.options.prefillTokensPerSecond
    this.cancelStep = this.time.after(inMs, () => {
      this.step()
      for (const prefill of this.prefills) if (prefill.leftTokens < 0.001) this.decode(prefill)
      this.planStep()
    })
  }

  private decode(prefill: Prefill): void {
    const { cachedTokens, work } = prefill
    this.prefills.delete(prefill)
    this.cache.add(pagesOf(work.prompt, work.answerTokens))
    work.onFirstToken(cachedTokens)
    this.time.after((work.answerTokens * 1000) / this.options.decodeTokensPerSecond, () => {
      if (!this.present.delete(work)) return
      this.running -= 1
      work.onEnd()
      this.fillSlots()
      this.onChange()
    })
  }
}
