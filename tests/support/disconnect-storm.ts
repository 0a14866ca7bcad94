import type { ChatClient } from './chat-client.ts'
import { createChatClient } from './chat-client.ts'
import { eventually } from './eventually.ts'
import { processFigures, processorTicks } from './process-figures.ts'
import type { ProcessFigures } from './process-figures.ts'
import type { RunningNode } from './running-node.ts'

/** When a client leaves: before the answer begins, while its prompt is read, in the middle of the stream. */
const MOMENTS = ['before', 'prefill', 'mid-stream'] as const
type Moment = (typeof MOMENTS)[number]

/** An engine that works takes 10 ticks (of 10 ms) in this time. */
const QUIET_FOR_MS = 100
const QUIET_TICKS = 3

export interface StormFigures {
  readonly clients: number
  /** From the last disconnect of a wave until no engine works any more, at worst. */
  readonly slowestStopMs: number
  /** After the first tenth of the clients, and at the end; by process. */
  readonly early: Readonly<Record<string, ProcessFigures>>
  readonly late: Readonly<Record<string, ProcessFigures>>
}

export interface StormOptions {
  readonly clients: number
  /** Clients that leave at the same time. */
  readonly wave: number
  /** Never ends its answer. */
  readonly endlessModel: string
  /** Reads `slowPrompt` for seconds. */
  readonly slowModel: string
  readonly slowPrompt: string
  readonly onWave?: (done: number) => void
}

/** Clients come in waves and leave without a word. @throws Error when an engine goes on for more than 5 s */
export const disconnectStorm = async (node: RunningNode, options: StormOptions): Promise<StormFigures> => {
  const client = createChatClient(node.url)
  await warmUp(client, options)
  let slowestStopMs = 0
  let early: Record<string, ProcessFigures> | undefined
  for (let done = 0; done < options.clients; done += options.wave) {
    await Promise.all(
      Array.from({ length: options.wave }, (_, index) => leave(client, options, done + index)),
    )
    const leftAt = performance.now()
    await eventually('the engines are idle', () => isIdle(client), 5000)
    slowestStopMs = Math.max(slowestStopMs, performance.now() - leftAt)
    if (done >= options.clients / 10) early ??= await figuresOf(node, client)
    options.onWave?.(done + options.wave)
  }
  const late = await figuresOf(node, client)
  return { clients: options.clients, slowestStopMs, early: early ?? late, late }
}

const warmUp = async (client: ChatClient, { endlessModel, slowModel }: StormOptions): Promise<void> => {
  for (const model of [endlessModel, slowModel]) await (await client.chat(model, { max_tokens: 1 })).text()
}

const leave = async (client: ChatClient, options: StormOptions, index: number): Promise<void> => {
  const moment: Moment = MOMENTS[index % MOMENTS.length] ?? 'before'
  const left = new AbortController()
  const isSlow = moment === 'prefill'
  const messages = [{ role: 'user', content: isSlow ? `${index} ${options.slowPrompt}` : 'go' }]
  const model = isSlow ? options.slowModel : options.endlessModel
  const asking = client.chat(model, { messages, stream: index % 2 === 0 }, left.signal).catch(() => undefined)
  if (moment === 'before') await Bun.sleep(index % 5)
  if (moment === 'prefill') await Bun.sleep(30 + (index % 7) * 10)
  if (moment === 'mid-stream')
    await Promise.race([asking.then((response) => response?.body?.getReader().read()), Bun.sleep(100)])
  left.abort()
  await asking
}

/** Told by the ledger, which hears of changes within 50 ms, and seen in the processor time of the engines. */
const isIdle = async (client: ChatClient): Promise<boolean> => {
  const models = await client.state()
  if (models.some(({ activeRequests }) => activeRequests > 0)) return false
  const engines = models.flatMap(({ processId }) => processId ?? [])
  const before = engines.map(processorTicks)
  await Bun.sleep(QUIET_FOR_MS)
  return engines.every((engine, index) => processorTicks(engine) - (before[index] ?? 0) <= QUIET_TICKS)
}

const figuresOf = async (node: RunningNode, client: ChatClient): Promise<Record<string, ProcessFigures>> => {
  const figures: Record<string, ProcessFigures> = {}
  for (const service of ['router', 'chat', 'model-store']) {
    figures[service] = processFigures(await node.serviceProcessId(service))
  }
  for (const { id, processId } of await client.state()) {
    if (processId !== null) figures[`engine of ${id}`] = processFigures(processId)
  }
  return figures
}
