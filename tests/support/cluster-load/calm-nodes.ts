import { eventually } from '../eventually.ts'
import { processFigures } from '../process-figures.ts'
import type { ProcessFigures } from '../process-figures.ts'
import type { WireJson } from '../wire-json.ts'
import type { RealNode } from './real-node.ts'

/** Nothing waits or runs on these nodes, no engine works, and the first plans with nothing that is on its way to another. */
export const nodesAreCalm = async (nodes: readonly RealNode[], model: string): Promise<void> => {
  for (const node of nodes) await eventually(`${node.name} has no work`, () => hasNoWork(node))
  const [door] = nodes
  if (door !== undefined)
    await eventually(`${door.name} counts on no work of others`, () => countsOnNothing(door, model))
}

const hasNoWork = async (node: RealNode): Promise<boolean> => {
  const { queue } = await node.ask('GET', '/status')
  const { models } = await node.ask('GET', '/models/state')
  return (
    queue.waiting === 0 &&
    queue.running === 0 &&
    models.every(({ activeRequests }: WireJson) => activeRequests === 0)
  )
}

const countsOnNothing = async (door: RealNode, model: string): Promise<boolean> => {
  const messages = [{ role: 'user', content: 'Hello!' }]
  const { candidates } = await door.ask('POST', '/v1/route/explain', { model, messages })
  const { data } = await door.ask('GET', '/v1/nodes')
  return (
    candidates.every(({ cost }: WireJson) => cost.queueMs === 0) &&
    data.every(({ link, load }: WireJson) => link === 'down' || load.running + load.waiting === 0)
  )
}

/** Memory and descriptors of the routers and chat services of these nodes, by node and service. */
export const figuresOfNodes = async (
  nodes: readonly RealNode[],
): Promise<ReadonlyMap<string, ProcessFigures>> => {
  const figures = new Map<string, ProcessFigures>()
  for (const node of nodes)
    for (const service of ['router', 'chat'])
      figures.set(`${node.name}'s ${service}`, processFigures(await node.serviceProcessId(service)))
  return figures
}
