import { canonicalJson } from '@service/router/policy/cluster/canonical-json.ts'
import { recordKey, recordStamp } from '@service/router/policy/cluster/record-book.ts'
import type { ClusterSimulation } from './cluster-simulation.ts'
import { epochsIn } from './cluster-watcher.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** Pings, pongs and digests of links over which nothing else goes; both directions. */
const FRAMES_PER_LINK_AND_SECOND = 6

const recordsOf = (node: SimulatedNode): string =>
  node.core.records
    .map((record) => `${recordKey(record)}=${recordStamp(record)}`)
    .toSorted()
    .join('\n')

/** What must hold when there were no faults for a while. @returns what does not */
export const checkRest = (simulation: ClusterSimulation): readonly string[] => {
  const running = simulation.running
  const members = running.filter((node) => node.core.isMember(node.nodeId))
  const [first] = members
  if (first === undefined) return ['nobody is left']
  const insiders = members.filter((node) => first.core.isMember(node.nodeId))
  return [
    ...insiders.flatMap((node) =>
      recordsOf(node) === recordsOf(first) ? [] : [`${node.name} has other records than ${first.name}`],
    ),
    ...insiders.flatMap((node) => insiders.flatMap((other) => checkPair(simulation, node, other))),
    ...checkOutsiders(simulation, insiders),
  ]
}

const checkPair = (
  simulation: ClusterSimulation,
  node: SimulatedNode,
  other: SimulatedNode,
): readonly string[] => {
  if (node === other) return []
  const seen = node.core.find(other.nodeId)
  if (seen?.link !== 'up')
    return [`${node.name} has no link to ${other.name}: ${seen?.link} ${seen?.trouble}`]
  const between = simulation.network
    .linksOf(node)
    .filter(({ ends }) => ends.some(({ process }) => process === other))
  const own = other.core.find(other.nodeId)?.topics
  return [
    ...(between.length === 1 ? [] : [`${node.name} has ${between.length} connections to ${other.name}`]),
    ...(canonicalJson(own) === canonicalJson(seen.topics)
      ? []
      : [`${node.name} does not know the last of ${other.name}`]),
    ...(epochsIn(seen.topics).every((epoch) => epoch === other.epoch)
      ? []
      : [`${node.name} shows an earlier life of ${other.name}`]),
  ]
}

const checkOutsiders = (
  simulation: ClusterSimulation,
  insiders: readonly SimulatedNode[],
): readonly string[] =>
  simulation.nodes
    .filter((node) => node.isRunning && !insiders.includes(node))
    .flatMap((node) => {
      const isGhost = insiders.some(({ nodeId }) => nodeId === node.nodeId)
      const links = simulation.network.linksOf(node).length
      return [
        ...(isGhost ? [`an earlier process of ${node.name} was not fenced`] : []),
        ...(links === 0 ? [] : [`${node.name} is shut out and has ${links} connections`]),
      ]
    })

/** Runs on for ten seconds in which nobody has anything to say. @returns what does not hold */
export const checkQuiet = (simulation: ClusterSimulation): readonly string[] => {
  const before = simulation.network.frameCount
  const seconds = 10
  simulation.runFor(seconds * 1000)
  const links = simulation.network.links.size
  const frames = (simulation.network.frameCount - before) / seconds
  return frames <= FRAMES_PER_LINK_AND_SECOND * links
    ? []
    : [`${Math.round(frames)} frames a second over ${links} links at rest`]
}
