import { USAGE_SIGN_OF_LIFE_MS } from '@shared/contracts/engine-usage.ts'
import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { RouterClock } from '../admission/router-clock.ts'
import { readUsageLine } from './read-usage-line.ts'
import type { UsageFeed } from './usage-feed.ts'

/** Before the next try: a service that restarts is back in seconds. It grows up to the other while none succeeds. */
const SHORTEST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 1000
/** A service without engines has no feed; the next version of it may. */
const NO_FEED_PAUSE_MS = 60_000
/** A connection that says nothing for so long is dead. */
const LONGEST_SILENCE_MS = 3 * USAGE_SIGN_OF_LIFE_MS
const LONGEST_LINE_CHARACTERS = 64 * 1024

export interface UsageWatchPorts {
  readonly services: readonly ServiceName[]
  /** The feed of a service, undecoded; undefined when it has none. Rejects when it cannot be reached. */
  readonly open: (service: ServiceName, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array> | undefined>
  readonly clock: RouterClock
  readonly log: Log
}

/** Reads the feeds of all services, and connects again whenever one breaks. */
export class UsageWatch implements UsageFeed {
  private readonly listeners = new Set<(usage: EngineUsage) => void>()
  private readonly stopped = new AbortController()

  constructor(private readonly ports: UsageWatchPorts) {}

  onUse(listener: (usage: EngineUsage) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** Watches until `stop`. Never rejects. */
  async start(): Promise<void> {
    await Promise.all(this.ports.services.map((service) => this.watch(service)))
  }

  stop(): void {
    this.stopped.abort()
  }

  private async watch(service: ServiceName): Promise<void> {
    let pauseMs = SHORTEST_PAUSE_MS
    while (!this.stopped.signal.aborted) {
      const end = await this.readOnce(service)
      if (end === 'no-feed') pauseMs = NO_FEED_PAUSE_MS
      else if (end === 'was-read') pauseMs = SHORTEST_PAUSE_MS
      await this.pause(pauseMs)
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
    }
  }

  private async readOnce(service: ServiceName): Promise<'no-feed' | 'was-read' | 'failed'> {
    const silence = new AbortController()
    const signal = AbortSignal.any([this.stopped.signal, silence.signal])
    const expectMore = (): (() => void) =>
      this.ports.clock.after(LONGEST_SILENCE_MS, () => silence.abort(new Error('It has gone silent')))
    let cancelSilence = expectMore()
    let wasRead = false
    try {
      const chunks = await this.ports.open(service, signal)
      if (chunks === undefined) return 'no-feed'
      for await (const line of linesOf(chunks, () => {
        cancelSilence()
        cancelSilence = expectMore()
      })) {
        wasRead = true
        this.tell(service, line)
      }
    } catch (error) {
      if (!this.stopped.signal.aborted) this.ports.log.debug({ err: error, service }, 'the usage feed broke')
    } finally {
      cancelSilence()
    }
    return wasRead ? 'was-read' : 'failed'
  }

  private tell(service: ServiceName, line: string): void {
    if (line === '') return
    const usage = readUsageLine(line)
    if (usage === undefined) {
      this.ports.log.warn({ service }, 'a line of the usage feed cannot be read')
      return
    }
    for (const listener of this.listeners) listener(usage)
  }

  private pause(delayMs: number): Promise<void> {
    const { signal } = this.stopped
    if (signal.aborted) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.ports.clock.after(delayMs, resolve)
    const end = (): void => resolve()
    signal.addEventListener('abort', end, { once: true })
    return promise.finally(() => {
      cancel()
      signal.removeEventListener('abort', end)
    })
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>, onChunk: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    onChunk()
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE_CHARACTERS) throw new Error('It tells a line that does not end')
    yield* lines
  }
}
