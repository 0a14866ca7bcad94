import type { Sighting } from '../../features/cluster/peer-network.ts'
import { parseNodeId } from '../../policy/cluster/node-id.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { LanRecord } from './lan-sockets.ts'

export const PEER_SERVICE = '_skein-peer._udp.local'

const SECONDS = 120
const VERSION = '1'
/** Nobody has more nodes behind one address; a packet with more is not ours. */
const MOST_RECORDS = 64

/** What a node tells its neighbours of itself: no names, of nobody and nothing. Its address is where that comes from. */
export interface PeerAdvert {
  readonly nodeId: NodeId
  readonly linkPort: number
  readonly dataPort: number
  readonly isInviting: boolean
}

/** @param isGone says goodbye: forget it at once */
export const peerRecords = (advert: PeerAdvert, isGone = false): readonly LanRecord[] => {
  const name = `${advert.nodeId}.${PEER_SERVICE}`
  const ttl = isGone ? 0 : SECONDS
  const text = [
    `v=${VERSION}`,
    `link=${advert.linkPort}`,
    `data=${advert.dataPort}`,
    `inviting=${advert.isInviting ? 1 : 0}`,
  ]
  return [
    { name: PEER_SERVICE, type: 'PTR', class: 'IN', ttl, data: name },
    { name, type: 'TXT', class: 'IN', ttl, data: text },
  ]
}

/**
 * The nodes that a response tells of. Goodbyes, other versions and whatever is not well-formed tell of nobody: anybody can
 * send packets.
 * @param records of any program
 * @param host where the packet came from
 */
export const readPeerRecords = (records: readonly unknown[], host: string): readonly Sighting[] =>
  records.slice(0, MOST_RECORDS).flatMap((record) => {
    const sighting = readPeerRecord(record, host)
    return sighting === undefined ? [] : [sighting]
  })

const readPeerRecord = (record: unknown, host: string): Sighting | undefined => {
  if (!isTextRecord(record)) return undefined
  const name = record.name.replace(/\.$/, '')
  if (!name.toLowerCase().endsWith(`.${PEER_SERVICE}`)) return undefined
  const nodeId = parseNodeId(name.slice(0, -PEER_SERVICE.length - 1))
  const texts = textsOf(record.data)
  const [linkPort, dataPort] = [portOf(texts.get('link')), portOf(texts.get('data'))]
  if (nodeId === undefined || linkPort === undefined || dataPort === undefined) return undefined
  if (texts.get('v') !== VERSION) return undefined
  return { nodeId, host, linkPort, dataPort, isInviting: texts.get('inviting') === '1' }
}

interface TextRecord {
  readonly name: string
  readonly data: unknown
}

const isTextRecord = (record: unknown): record is TextRecord =>
  typeof record === 'object' &&
  record !== null &&
  'type' in record &&
  record.type === 'TXT' &&
  'name' in record &&
  typeof record.name === 'string' &&
  'ttl' in record &&
  typeof record.ttl === 'number' &&
  record.ttl > 0 &&
  'data' in record

const textsOf = (data: unknown): ReadonlyMap<string, string> => {
  const parts: readonly unknown[] = Array.isArray(data) ? data.slice(0, MOST_RECORDS) : [data]
  return new Map(
    parts.flatMap((part) => {
      const text = typeof part === 'string' || part instanceof Uint8Array ? part.toString() : ''
      const at = text.indexOf('=')
      return at < 1 ? [] : [[text.slice(0, at), text.slice(at + 1)] as const]
    }),
  )
}

const portOf = (text: string | undefined): number | undefined => {
  const port = text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}
