import type { AnnouncementStore, KeptAnnouncement } from './announcement-store.ts'
import type { Announcement, DigestFrame } from './cluster-frame.ts'
import { compareLives } from './node-life.ts'
import { recordKey, recordStamp } from './record-book.ts'
import type { RecordBook } from './record-book.ts'

/** Far below what a frame may have, so that a large answer does not keep probes waiting. */
const BYTES_PER_FRAME = 512 * 1024
export const RECORDS_PER_FRAME = 128

export const makeDigest = (store: AnnouncementStore, book: RecordBook): DigestFrame => ({
  type: 'digest',
  nodes: [...store.nodeIds].flatMap((nodeId) => {
    const life = store.lifeOf(nodeId)
    const versions = [...(store.keptOf(nodeId) ?? [])].map(([topic, { announcement }]) => [
      topic,
      announcement.version,
    ])
    return life === undefined ? [] : [{ nodeId, ...life, versions: Object.fromEntries(versions) }]
  }),
  records: Object.fromEntries(book.all.map((record) => [recordKey(record), recordStamp(record)])),
})

/** What somebody with that digest does not know yet, in portions of one frame. */
export const announcementsNewerThan = (
  store: AnnouncementStore,
  digest: DigestFrame,
): readonly (readonly Announcement[])[] => {
  const theirs = new Map(digest.nodes.map((node) => [node.nodeId, node]))
  const newer = [...store.nodeIds].flatMap((nodeId) => {
    const kept = [...(store.keptOf(nodeId)?.values() ?? [])]
    const known = theirs.get(nodeId)
    return kept.filter(({ announcement }) => {
      const order = known === undefined ? 1 : compareLives(announcement, known)
      return order > 0 || (order === 0 && announcement.version > (known?.versions[announcement.topic] ?? 0))
    })
  })
  return portionsOf(newer)
}

const portionsOf = (kept: readonly KeptAnnouncement[]): readonly (readonly Announcement[])[] => {
  const portions: Announcement[][] = []
  let bytesInLast = Number.POSITIVE_INFINITY
  for (const { announcement, sizeBytes } of kept) {
    if (bytesInLast + sizeBytes > BYTES_PER_FRAME) {
      portions.push([])
      bytesInLast = 0
    }
    portions.at(-1)?.push(announcement)
    bytesInLast += sizeBytes
  }
  return portions
}

/** In portions of one frame. */
export const portionsOfRecords = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / RECORDS_PER_FRAME) }, (_, at) =>
    items.slice(at * RECORDS_PER_FRAME, (at + 1) * RECORDS_PER_FRAME),
  )
