import type { RouterClock } from '../admission/router-clock.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'
import { PEER_CONTROL_PREFIX } from '../peer-door/peer-controls.ts'
import type { PeerTransport } from '../other-nodes/peer-transport.ts'
import { NODE_UP } from './cluster-gauges.ts'
import { MetricFamilies } from './metric-families.ts'
import { nodeLabels } from './node-labels.ts'

/** A node that is slower is left out: who reads figures must not wait for the slowest. */
const WITHIN_MS = 1000
/** More than this is no document of ours. */
const LONGEST_DOCUMENT_BYTES = 16 * 1024 * 1024

export interface ClusterMetricsPorts {
  readonly view: ClusterView
  readonly peers: Pick<PeerTransport, 'send'>
  readonly clock: RouterClock
  /** Of this node. */
  readonly readOwn: () => Promise<string>
}

/** Figures of one node in the text format of Prometheus; undefined: it did not give any in time. */
export interface NodeDocument {
  readonly node: string
  readonly text: string | undefined
}

/**
 * Figures of all nodes that answer, asked at the same time. Each sample gets the label `node`; where that named another
 * node already, it is `exported_node` then. Which nodes are on the page says `skein_node_up`.
 */
export const readClusterMetrics = async (ports: ClusterMetricsPorts): Promise<string> => {
  const { nodes } = ports.view
  const labels = nodeLabels(nodes)
  const documents = await Promise.all(
    nodes.map(async (node) => ({
      node: labels.get(node.nodeId) ?? node.name,
      text: await (node.isSelf ? ports.readOwn() : readOther(ports, node)),
    })),
  )
  return mergeNodeMetrics(documents)
}

export const mergeNodeMetrics = (documents: readonly NodeDocument[]): string => {
  const families = new MetricFamilies('node', 'rename')
  for (const { node, text } of documents) if (text !== undefined) families.add(node, text)
  // What each node sees of the others is about its links; here it is told who is on this page.
  families.drop(NODE_UP.name)
  const up = new MetricFamilies('node', 'keep')
  for (const { node, text } of documents) up.add(node, `${NODE_UP.name} ${text === undefined ? 0 : 1}\n`)
  const described = `# HELP ${NODE_UP.name} 1 for a node of the cluster whose figures are on this page.\n# TYPE ${NODE_UP.name} gauge\n`
  return `${described}${up.toString()}${families.toString()}`
}

const readOther = async (
  { clock, peers }: ClusterMetricsPorts,
  { link, nodeId }: ClusterNode,
): Promise<string | undefined> => {
  if (link === 'down') return undefined
  const late = new AbortController()
  const cancel = clock.after(WITHIN_MS, () => late.abort(new Error('It takes too long')))
  try {
    const response = await peers.send(nodeId, {
      method: 'GET',
      pathAndQuery: `${PEER_CONTROL_PREFIX}metrics`,
      headers: new Headers(),
      body: null,
      signal: late.signal,
    })
    if (response.ok) return await readText(response)
    await response.body?.cancel()
    return undefined
  } catch {
    // Why not is told where links are.
    return undefined
  } finally {
    cancel()
  }
}

const readText = async (response: Response): Promise<string | undefined> => {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > LONGEST_DOCUMENT_BYTES) return undefined
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
