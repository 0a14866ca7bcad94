import { signableJson } from '@service/router/policy/cluster/signable-json.ts'
import { recordKey, recordStamp } from '@service/router/policy/cluster/record-book.ts'
import type { ClusterSimulation } from './cluster-simulation.ts'
import { epochsIn } from './cluster-watcher.ts'
import type { NetworkedProcess } from './simulated-network.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** Pings, pongs and digests of links over which nothing else goes; both directions. */
const FRAMES_PER_LINK_AND_SECOND = 6

const recordsOf = (node: SimulatedNode): string =>
  node.core.records
    .map((record) => `${recordKey(record)}=${recordStamp(record)}`)
    .toSorted()
    .join('\n')

/**
 * What must hold when there were no faults for a while.
 * @param insiders those that run and are members, whatever they believe
 * @returns what does not
 */
export const checkRest = (
  simulation: ClusterSimulation,
  insiders: readonly SimulatedNode[],
): readonly string[] => {
  const [first] = insiders
  if (first === undefined) return ['nobody is left']
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
    ...(signableJson(own) === signableJson(seen.topics)
      ? []
      : [`${node.name} does not know the last of ${other.name}`]),
    ...(epochsIn(seen.topics).every((epoch) => epoch === other.epoch)
      ? []
      : [`${node.name} shows an earlier life of ${other.name}`]),
  ]
}

/** Two that are both out, and do not know, may talk to each other. */
const checkOutsiders = (
  simulation: ClusterSimulation,
  insiders: readonly SimulatedNode[],
): readonly string[] => {
  const isInside = (process: NetworkedProcess): boolean => insiders.some((node) => node === process)
  return simulation.nodes
    .filter((node) => node.isRunning && !insiders.includes(node))
    .flatMap((node) => {
      const isGhost = insiders.some(({ nodeId }) => nodeId === node.nodeId)
      const toInsiders = simulation.network
        .linksOf(node)
        .filter(({ ends }) => ends.some(({ process }) => process !== node && isInside(process)))
      return [
        ...(isGhost ? [`an earlier process of ${node.name} was not fenced`] : []),
        ...(isGhost || !node.core.isMember(node.nodeId) || !couldAsk(simulation, node, insiders)
          ? []
          : [`${node.name} does not know that it is out`]),
        ...(toInsiders.length === 0
          ? []
          : [`${node.name} is shut out and has ${toInsiders.length} connections`]),
      ]
    })
}

/** Whether it has a way to somebody who would tell it: who was away while all others moved has none without multicast. */
const couldAsk = (
  { options }: ClusterSimulation,
  node: SimulatedNode,
  insiders: readonly SimulatedNode[],
): boolean =>
  options.usesMulticast ||
  insiders.some((insider) => node.core.addressesOf(insider.nodeId).some(({ host }) => host === insider.host))

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
