import { formatTable } from '../terminal/format-table.ts'
import { humanSize } from '../terminal/human-values.ts'
import type { ShownMap } from './doctor-replies.ts'

type Link = ShownMap['links'][number]

/** Every node's view of its links: a row for who looks, a column for whom it looks at. */
export const linksTable = ({ links, nodes }: ShownMap): string => {
  const byEnds = new Map(links.map((link) => [`${link.from} ${link.to}`, link]))
  const names = nodes.map(({ id, name }) =>
    nodes.some((other) => other.name === name && other.id !== id) ? `${name} (${id.slice(-8)})` : name,
  )
  const rows = nodes.map((from, index) => [
    names[index] ?? from.name,
    ...nodes.map((to) => (to.id === from.id ? '·' : cellOf(byEnds.get(`${from.id} ${to.id}`)))),
  ])
  return formatTable(['FROM \\ TO', ...names], rows)
}

/** Of who tells nothing, nothing is known. */
const cellOf = (link: Link | undefined): string => {
  if (link === undefined) return '?'
  if (link.state !== 'up') return 'down'
  const rtt = link.rttMs === null ? 'up' : `${link.rttMs.toFixed(1)} ms`
  return link.bytesPerSecond === null ? rtt : `${rtt}, ${humanSize(link.bytesPerSecond)}/s`
}
