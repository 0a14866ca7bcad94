import type { LanNode } from './lan-node.ts'

/** How one chat ended. */
export interface SteadyChat {
  readonly askedAtMs: number
  readonly tookMs: number
  /** Undefined: no answer came. */
  readonly status: number | undefined
  /** Who answered. */
  readonly node: string | null
  readonly route: string | null
  readonly text: string
}

export interface SteadyChats {
  /** What is under way is finished. In the order in which they were asked. */
  stop(): Promise<readonly SteadyChat[]>
}

const LONGEST_MS = 30_000

/** Asks one node after the other for a short chat, so often, whether the answers come or not. */
export const beginSteadyChats = (
  nodes: readonly LanNode[],
  everyMs: number,
  body: object = { max_tokens: 2 },
): SteadyChats => {
  const asked: Promise<SteadyChat>[] = []
  const ask = (): void => {
    const node = nodes[asked.length % nodes.length]
    if (node !== undefined) asked.push(askOnce(node, body))
  }
  const timer = setInterval(ask, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

export const askOnce = async (node: LanNode, body: object): Promise<SteadyChat> => {
  const askedAtMs = performance.now()
  try {
    const reply = await node.chat(body, AbortSignal.timeout(LONGEST_MS))
    const text = await reply.text()
    const { headers, status } = reply
    const tookMs = performance.now() - askedAtMs
    return {
      askedAtMs,
      tookMs,
      status,
      text,
      node: headers.get('x-skein-node'),
      route: headers.get('x-skein-route'),
    }
  } catch (error) {
    const tookMs = performance.now() - askedAtMs
    return { askedAtMs, tookMs, status: undefined, text: String(error), node: null, route: null }
  }
}

/** Those that were not answered, in words; empty: all were. */
export const unanswered = (chats: readonly SteadyChat[]): readonly string[] =>
  chats
    .filter(({ status }) => status !== 200)
    .map(({ node, route, status, text }) => `${status} of ${node} (${route}): ${text.slice(0, 300)}`)
