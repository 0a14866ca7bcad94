import { eventually } from '../eventually.ts'
import { openLan } from '../hosts/open-lan.ts'
import type { Lan } from '../hosts/open-lan.ts'
import { LanNode } from './lan-node.ts'
import type { LanNodeOptions } from './lan-node.ts'

const LINKED_MS = 20_000

/** Nodes on hosts of their own. Close it in `afterAll`, whatever happened. */
export interface LanCluster {
  readonly lan: Lan
  /** In the order of their hosts. */
  readonly nodes: readonly LanNode[]
  node(name: string): LanNode
  /** One more, which is not started. */
  add(options: LanNodeOptions): LanNode
  close(): Promise<void>
}

export interface LanClusterOptions {
  readonly nodes: readonly (Omit<LanNodeOptions, 'host'> & { readonly host?: number })[]
  /** Further hosts, for what comes later. */
  readonly spareHosts?: number
  /** Default: they join one after the other, by address. */
  readonly joins?: boolean
  /** Default: the LAN takes it; where there is no real LAN it is off in any case. */
  readonly multicast?: boolean
}

/** Starts the nodes, and lets them join the first one. */
export const openLanCluster = async ({
  joins = true,
  multicast = true,
  nodes: wanted,
  spareHosts = 0,
}: LanClusterOptions): Promise<LanCluster> => {
  const lan = await openLan({ hosts: wanted.length + spareHosts })
  if (lan.isReal && !multicast) lan.blockMulticast()
  const all: LanNode[] = []
  const add = (options: LanNodeOptions): LanNode => {
    const node = new LanNode(lan, options)
    all.push(node)
    return node
  }
  const close = async (): Promise<void> => {
    await Promise.all(all.map((node) => node.remove()))
    await lan.close()
  }
  try {
    const nodes = wanted.map((options, index) => add({ host: index + 1, ...options }))
    await Promise.all(nodes.map((node) => node.start()))
    if (joins) await joinAll(lan, nodes)
    const node = (name: string): LanNode => {
      const found = all.find((one) => one.name === name)
      if (found === undefined) throw new Error(`There is no node ${name}`)
      return found
    }
    return { lan, nodes, node, add, close }
  } catch (error) {
    await close()
    throw error
  }
}

const joinAll = async (lan: Lan, nodes: readonly LanNode[]): Promise<void> => {
  const [first, ...others] = nodes
  if (first === undefined) return
  for (const other of others) await first.invite(other, addressFor(lan, first))
  await eventually('all nodes are linked', () => areLinked(nodes), LINKED_MS)
}

/** Where `skein join` asks for an inviter. */
export const addressFor = (lan: Lan, inviter: LanNode): string =>
  lan.isReal ? inviter.address : `${inviter.address}:${inviter.dataPort}`

/** Whether each of them has a link to each of the others. */
export const areLinked = async (nodes: readonly LanNode[]): Promise<boolean> => {
  const views = await Promise.all(nodes.map((node) => node.view()))
  return nodes.every((node) =>
    nodes.every((other, index) => views[index]?.[node.name] === (other === node ? 'self' : 'up')),
  )
}

/** Milliseconds until it is so. @throws Error naming what did not come about in time */
export const timeUntil = async (
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<number> => {
  const beganAt = performance.now()
  await eventually(what, isSo, withinMs)
  return Math.round(performance.now() - beganAt)
}
