import { LOAD_DIALECTS } from '../cluster-load/load-dialect.ts'
import type { LoadDialect, LoadWish } from '../cluster-load/load-dialect.ts'
import type { LanNode } from './lan-node.ts'

const LONGEST_MS = 30_000

export interface RollingReport {
  readonly answered: number
  /** In words, one line each. */
  readonly failures: readonly string[]
  /** How many each node has answered. */
  readonly byNode: Readonly<Record<string, number>>
}

export interface RollingLoad {
  /** The client asks this node no more; what it was asked before goes on. */
  spare(node: LanNode): void
  use(node: LanNode): void
  /** What is under way is finished. */
  stop(): Promise<RollingReport>
}

/** Asks one node after the other in one dialect after the other, whole and as a stream, so often. */
export const beginRollingLoad = (nodes: readonly LanNode[], model: string, everyMs: number): RollingLoad => {
  const spared = new Set<LanNode>()
  const asked: Promise<void>[] = []
  const failures: string[] = []
  const byNode: Record<string, number> = {}
  const ask = async (count: number): Promise<void> => {
    const open = nodes.filter((node) => !spared.has(node))
    const node = open[count % open.length]
    const dialect = LOAD_DIALECTS[count % LOAD_DIALECTS.length]
    if (node === undefined || dialect === undefined) throw new Error('Nobody can be asked')
    const isStream = Math.floor(count / LOAD_DIALECTS.length) % 2 === 0
    const wish = { model, isStream, maxTokens: 3, text: `Hello ${count}!` }
    try {
      const by = await answerOf(node, dialect, wish)
      byNode[by] = (byNode[by] ?? 0) + 1
    } catch (error) {
      failures.push(`${dialect.name} ${isStream ? 'stream' : 'whole'} by ${node.name}: ${String(error)}`)
    }
  }
  const timer = setInterval(() => void asked.push(ask(asked.length)), everyMs)
  return {
    spare: (node) => void spared.add(node),
    use: (node) => void spared.delete(node),
    async stop() {
      clearInterval(timer)
      await Promise.all(asked)
      return { answered: asked.length - failures.length, failures, byNode }
    },
  }
}

/** @returns the node that has answered @throws Error for whatever is no whole answer */
const answerOf = async (node: LanNode, dialect: LoadDialect, wish: LoadWish): Promise<string> => {
  const reply = await node.ask(dialect.path, {
    json: dialect.body(wish),
    headers: { 'anthropic-version': '2023-06-01' },
    signal: AbortSignal.timeout(LONGEST_MS),
  })
  const text = await reply.text()
  const by = reply.headers.get('x-skein-node') ?? 'nobody'
  if (reply.status === 200 && dialect.endOf(text, wish.isStream) === 'whole') return by
  throw new Error(`${reply.status} of ${by} (${reply.headers.get('x-skein-route')}): ${text.slice(-400)}`)
}
