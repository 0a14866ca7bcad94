import { formatTable } from '../terminal/format-table.ts'
import { printableText } from '../terminal/printable-text.ts'
import type { NodeFacts } from './cluster-replies.ts'

const MOST_MODELS = 3

/** The nodes of a cluster as a table, and below it why some cannot be reached, or this one keeps still. */
export const nodesTable = (nodes: readonly NodeFacts[]): string => {
  const names = new Map<string, number>()
  for (const { name } of nodes) names.set(name, (names.get(name) ?? 0) + 1)
  const rows = nodes.map((node) => [
    shownName(node, (names.get(node.name) ?? 0) > 1),
    platformOf(node),
    linkOf(node),
    node.isSelf || node.rttMs === null ? '-' : `${node.rttMs.toFixed(1)} ms`,
    modelsOf(node),
    loadOf(node),
    node.version ?? '-',
  ])
  const troubles = nodes.flatMap(({ link, name, troubleMessage }) =>
    link !== 'up' && troubleMessage !== null
      ? `${printableText(name)}: ${printableText(troubleMessage)}`
      : [],
  )
  const table = formatTable(['NODE', 'PLATFORM', 'LINK', 'RTT', 'MODELS', 'LOAD', 'VERSION'], rows)
  return [table, ...(troubles.length === 0 ? [] : ['', ...troubles])].join('\n')
}

/** Two of one name are told apart by the end of the id. */
const shownName = ({ id, name }: NodeFacts, isAmbiguous: boolean): string =>
  isAmbiguous ? `${name} (${id.slice(-8)})` : name

export const platformOf = ({ platform }: NodeFacts): string =>
  platform === null ? '-' : `${platform.os} ${platform.arch}, ${platform.accelerator}`

export const linkOf = ({ isSelf, link, trouble }: NodeFacts): string => {
  const words = isSelf ? 'this node' : link
  return trouble === null || link === 'up' ? words : `${words}: ${trouble}`
}

const modelsOf = ({ models }: NodeFacts): string => {
  const shown = models.slice(0, MOST_MODELS).join(', ')
  const rest = models.length - MOST_MODELS
  return rest > 0 ? `${shown} and ${rest} more` : shown || '-'
}

export const loadOf = ({ load }: NodeFacts): string => {
  if (load === null) return '-'
  const { isDraining, running, waiting } = load
  return `${running} running, ${waiting} waiting${isDraining ? ', drains' : ''}`
}
