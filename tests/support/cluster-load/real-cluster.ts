import { eventually } from '../eventually.ts'
import type { WireJson } from '../wire-json.ts'
import { startRealNode } from './real-node.ts'
import type { RealNode, RealNodePlan } from './real-node.ts'

const JOINED_WITHIN_MS = 20_000

/** Nodes that have joined the first of them, and have links to each other. */
export interface RealCluster {
  readonly nodes: readonly RealNode[]
  node(name: string): RealNode
  /** Starts one more and lets it join. */
  add(plan: RealNodePlan): Promise<RealNode>
  stop(): Promise<void>
}

export const openRealCluster = async (plans: readonly RealNodePlan[]): Promise<RealCluster> => {
  const nodes: RealNode[] = []
  const stop = async (): Promise<void> => void (await Promise.all(nodes.splice(0).map((node) => node.stop())))
  const node = (name: string): RealNode => {
    const found = nodes.find((one) => one.name === name)
    if (found === undefined) throw new Error(`There is no node ${name}.`)
    return found
  }
  const add = async (plan: RealNodePlan): Promise<RealNode> => {
    const added = await startRealNode(plan)
    const [host] = nodes
    nodes.push(added)
    if (host !== undefined) await joinCluster(host, added)
    await everyoneIsLinked(nodes)
    return added
  }
  try {
    const started = await Promise.allSettled(plans.map(startRealNode))
    nodes.push(...started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
    const failed = started.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    const [host, ...guests] = nodes
    for (const guest of guests) if (host !== undefined) await joinCluster(host, guest)
    await everyoneIsLinked(nodes)
    return { nodes, node, add, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What `skein invite` and `skein join` do, by the routes that they use. */
export const joinCluster = async (host: RealNode, guest: RealNode): Promise<void> => {
  const confirm = await meet(host, guest)
  await confirm()
  await eventually(
    `${guest.name} has joined`,
    async () => (await joiningOf(guest)).state === 'joined',
    JOINED_WITHIN_MS,
  )
}

/** Brings two nodes to where their owners compare digits. @returns says yes on both sides */
export const meet = async (host: RealNode, guest: RealNode): Promise<() => Promise<void>> => {
  const { id, join } = await host.ask('POST', '/v1/cluster/invitations')
  await guest.ask('POST', '/v1/cluster/joining', { code: join })
  await eventually(
    `${guest.name} has digits to compare`,
    async () => (await joiningOf(guest)).state === 'confirming',
    JOINED_WITHIN_MS,
  )
  const yes = { accept: true, check: (await joiningOf(guest)).host.checkDigits }
  return async () => {
    await host.ask('POST', `/v1/cluster/invitations/${id}/confirm`, yes)
    await guest.ask('POST', '/v1/cluster/joining/confirm', yes)
  }
}

const joiningOf = async (guest: RealNode): Promise<WireJson> => {
  const joining = await guest.ask('GET', '/v1/cluster/joining')
  if (joining.state === 'failed') throw new Error(`${guest.name} has not joined: ${joining.message}`)
  return joining
}

/** Each has a link to all others, and knows what models they have. */
export const everyoneIsLinked = async (nodes: readonly RealNode[]): Promise<void> => {
  const told = await Promise.all(nodes.map(async (node) => [node.name, await ownModels(node)] as const))
  const expected = told.map(([name, models]) => `${name}: ${models.join(', ')}`).toSorted()
  for (const node of nodes)
    await eventually(`${node.name} knows all nodes and their models`, async () => {
      const known = await knownNodes(node)
      return known.toSorted().join('\n') === expected.join('\n')
    })
}

const ownModels = async (node: RealNode): Promise<readonly string[]> =>
  (await node.ask('GET', '/status')).models.map(({ id }: WireJson) => id).toSorted()

const knownNodes = async (node: RealNode): Promise<readonly string[]> =>
  (await node.ask('GET', '/v1/nodes')).data
    .filter(({ link }: WireJson) => link !== 'down')
    .map(({ models, name }: WireJson) => `${name}: ${models.toSorted().join(', ')}`)
