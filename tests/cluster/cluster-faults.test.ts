import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ssePayloads } from '../support/call-app.ts'
import { areLinked, openLanCluster, timeUntil } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanCluster } from '../support/cluster-nodes/lan-cluster.ts'
import type { LanNode } from '../support/cluster-nodes/lan-node.ts'
import { askOnce, beginSteadyChats, unanswered } from '../support/cluster-nodes/steady-chats.ts'
import { eventually } from '../support/eventually.ts'
import { LAN_IS_REAL } from '../support/hosts/open-lan.ts'

const LONG = 120_000
const BACK_MS = 20_000
const MODEL = 'endless'
const ENDLESS = { model: MODEL, stream: true }
const LAST_CHARACTERS = 2000

let cluster: LanCluster
beforeAll(async () => {
  // In turn, so that each of them is asked all the time.
  const environment = { CLUSTER_PLACEMENT: 'round-robin', CHAT_KEEP_ALIVE_MS: '-1' }
  const nodes = ['studio', 'attic', 'mini'].map((name) => ({ name, model: MODEL, environment }) as const)
  cluster = await openLanCluster({ nodes })
  await Promise.all(cluster.nodes.map((node) => askOnce(node, { model: MODEL, max_tokens: 1 })))
}, LONG)
afterAll(() => cluster?.close(), LONG)

const all = (): readonly LanNode[] => cluster.nodes
const without = (lost: LanNode): readonly LanNode[] => all().filter((node) => node !== lost)
const back = (): Promise<number> => timeUntil('all are linked again', () => areLinked(all()), BACK_MS)

const standing = async (node: LanNode, of: LanNode): Promise<string | undefined> =>
  (await node.view())?.[of.name]

/** Milliseconds until all others have it out of rotation, and how they call it. */
const untilOut = async (lost: LanNode, withinMs: number) => {
  const troubles: (string | undefined)[] = []
  const tookMs = await timeUntil(
    `${lost.name} is out of rotation`,
    async () => {
      const views = await Promise.all(without(lost).map((node) => standing(node, lost)))
      troubles.splice(0, troubles.length, ...views)
      return views.every((view) => view !== undefined && view !== 'up')
    },
    withinMs,
  )
  return { tookMs, troubles }
}

describe('a router that is killed', () => {
  test(
    'is out of rotation at once, all requests to the others succeed, and it comes back by itself',
    async () => {
      const attic = cluster.node('attic')
      const chats = beginSteadyChats(without(attic), 50, { model: MODEL, max_tokens: 2 })
      attic.signal('router', 'SIGKILL')
      const { tookMs, troubles } = await untilOut(attic, 3000)
      const backMs = await back()
      const ended = await chats.stop()
      console.info(
        `Router killed: out after ${tookMs} ms (${troubles}), back ${backMs} ms later, ${ended.length} chats elsewhere.`,
      )
      expect(unanswered(ended)).toEqual([])
      expect(ended.length).toBeGreaterThan(5)
    },
    LONG,
  )
})

describe('a machine that loses power', () => {
  test(
    'is out of rotation soon, all requests to the others succeed, and it comes back when it is started',
    async () => {
      const mini = cluster.node('mini')
      const chats = beginSteadyChats(without(mini), 50, { model: MODEL, max_tokens: 2 })
      const killed = mini.kill()
      const { tookMs, troubles } = await untilOut(mini, 3000)
      await killed
      await mini.start()
      const backMs = await back()
      const ended = await chats.stop()
      console.info(
        `Node killed: out after ${tookMs} ms (${troubles}), linked ${backMs} ms after it was ready, ${ended.length} chats elsewhere.`,
      )
      expect(unanswered(ended)).toEqual([])
    },
    LONG,
  )
})

describe('a router that hangs', () => {
  test(
    'is found out by probes; what had no first byte is answered elsewhere, and its streams end with a typed error',
    async () => {
      const [studio, attic] = [cluster.node('studio'), cluster.node('attic')]
      const leaving = new AbortController()
      const streams = await Promise.all(
        Array.from({ length: 6 }, async () => followStream(await studio.chat(ENDLESS, leaving.signal))),
      )
      await Promise.all(streams.map(({ begun }) => begun))
      const cut = streams.filter(({ node }) => node === 'attic')
      expect(cut.length).toBeGreaterThan(0)
      attic.signal('router', 'SIGSTOP')
      const hungAtMs = performance.now()
      const chats = beginSteadyChats(without(attic), 100, { model: MODEL, max_tokens: 2 })
      const { tookMs, troubles } = await untilOut(attic, 6000)
      const ended = await chats.stop()
      const rests = await Promise.all(cut.map(({ ended }) => ended))
      const endedMs = Math.round(performance.now() - hungAtMs)
      attic.signal('router', 'SIGCONT')
      leaving.abort()
      await Promise.allSettled(streams.map(({ ended }) => ended))
      const backMs = await back()
      const retried = ended.filter(({ route }) => route?.includes('retried from attic'))
      console.info(
        `Router hung: out after ${tookMs} ms (${troubles}), all ended ${endedMs} ms after, ${ended.length} chats elsewhere, ${retried.length} of them after attic, back ${backMs} ms after it went on.`,
      )
      expect(unanswered(ended)).toEqual([])
      expect(retried.length).toBeGreaterThan(0)
      for (const rest of rests) expect(rest).toEqual(['service_unavailable', '[DONE]'])
    },
    LONG,
  )
})

/** Reads on, as a client does. `ended`: its last two data, of an error the type. */
const followStream = (reply: Response) => {
  const begun = Promise.withResolvers<void>()
  const read = async (): Promise<readonly string[]> => {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of reply.body ?? []) {
      text = (text + decoder.decode(chunk, { stream: true })).slice(-LAST_CHARACTERS)
      begun.resolve()
    }
    return ssePayloads(text.slice(text.indexOf('\n\n')))
      .slice(-2)
      .map((last) => last.error?.type ?? last)
  }
  return { node: reply.headers.get('x-skein-node'), begun: begun.promise, ended: read() }
}

describe.skipIf(!LAN_IS_REAL)('a network that breaks', () => {
  test(
    'is noticed on both sides of a cable that is pulled; both go on, and find each other when it is mended',
    async () => {
      const { lan } = cluster
      const [studio, attic] = [cluster.node('studio'), cluster.node('attic')]
      lan.cut(2)
      const chats = beginSteadyChats(all(), 100, { model: MODEL, max_tokens: 2 })
      const { tookMs, troubles } = await untilOut(attic, 6000)
      await eventually('it sees nobody', async () => (await standing(attic, studio)) !== 'up', 6000)
      const ended = await chats.stop()
      lan.mend(2)
      const backMs = await back()
      console.info(
        `Cable pulled: out after ${tookMs} ms (${troubles}), ${ended.length} chats at all three, back ${backMs} ms after it was mended.`,
      )
      expect(unanswered(ended)).toEqual([])
    },
    LONG,
  )

  test(
    'in one direction only is noticed at both ends; a third node still reaches both',
    async () => {
      const { lan } = cluster
      const [studio, attic, mini] = [cluster.node('studio'), cluster.node('attic'), cluster.node('mini')]
      lan.blackhole(1, 2)
      const chats = beginSteadyChats(all(), 100, { model: MODEL, max_tokens: 2 })
      const lostMs = await timeUntil(
        'neither has a link to the other',
        async () => (await standing(studio, attic)) !== 'up' && (await standing(attic, studio)) !== 'up',
        6000,
      )
      expect([await standing(mini, studio), await standing(mini, attic)]).toEqual(['up', 'up'])
      const ended = await chats.stop()
      lan.endBlackhole(1, 2)
      const backMs = await back()
      console.info(`One way lost: noticed after ${lostMs} ms, back ${backMs} ms after it was healed.`)
      expect(unanswered(ended)).toEqual([])
    },
    LONG,
  )
})
