import { createHash } from 'node:crypto'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import type { LanRecord } from './lan-sockets.ts'

/** What there is on a network, for those who look at all of it. */
const ALL_SERVICES = '_services._dns-sd._udp.local'
const DOOR_SERVICES = ['_skein._tcp.local', '_http._tcp.local'] as const

const SECONDS = 120
/** Lists of services are kept longer than addresses. */
const LONG_SECONDS = 4500

/** The public door of a node, as apps of its network may know it. */
export interface LanDoor {
  readonly nodeId: NodeId
  readonly port: number
  /** Of Skein. */
  readonly version: string
}

/** What belongs to a question. */
export interface LanAnswer {
  readonly answers: readonly LanRecord[]
  /** What whoever asked will want to know next. */
  readonly additionals: readonly LanRecord[]
}

/** How people see a door in a list: `Skein f3Qz`. No name of a machine, a person or a model. */
const instanceOf = ({ nodeId }: LanDoor): string => `Skein ${nodeId.slice(-4)}`

/** Names are the same in any case, ids are not: a hash of the id. */
export const hostNameOf = ({ nodeId }: Pick<LanDoor, 'nodeId'>): string =>
  `skein-${createHash('sha256').update(nodeId).digest('hex').slice(0, 8)}.local`

/** All that can be told of a door to the neighbours of one address. */
const recordsOf = (door: LanDoor, address: string): readonly LanRecord[] => {
  const host = hostNameOf(door)
  return [
    ...DOOR_SERVICES.flatMap((service): LanRecord[] => {
      const name = `${instanceOf(door)}.${service}`
      const place = { priority: 0, weight: 0, port: door.port, target: host }
      return [
        { name: ALL_SERVICES, type: 'PTR', class: 'IN', ttl: LONG_SECONDS, data: service },
        { name: service, type: 'PTR', class: 'IN', ttl: LONG_SECONDS, data: name },
        { name, type: 'SRV', class: 'IN', ttl: SECONDS, flush: true, data: place },
        {
          name,
          type: 'TXT',
          class: 'IN',
          ttl: LONG_SECONDS,
          flush: true,
          data: ['path=/', `version=${door.version}`],
        },
      ]
    }),
    { name: host, type: 'A', class: 'IN', ttl: SECONDS, flush: true, data: address },
  ]
}

/** Told without a question, when a door opens. */
export const doorAnnouncement = (door: LanDoor, address: string): readonly LanRecord[] =>
  recordsOf(door, address).filter(({ name }) => name !== ALL_SERVICES)

/** Told when it closes: forget it at once. */
export const doorGoodbye = (door: LanDoor, address: string): readonly LanRecord[] =>
  doorAnnouncement(door, address).map((record) => ('ttl' in record ? { ...record, ttl: 0 } : record))

interface Question {
  readonly name: string
  readonly type: string
}

/** Undefined: the questions are of other things. */
export const answerDoorQuestions = (
  door: LanDoor,
  address: string,
  questions: readonly Question[],
): LanAnswer | undefined => {
  const all = recordsOf(door, address)
  const asked = (record: LanRecord): boolean =>
    questions.some(
      ({ name, type }) => isSameName(name, record.name) && (type === record.type || type === 'ANY'),
    )
  const answers = all.filter(asked)
  if (answers.length === 0) return undefined
  const isListOnly = answers.every(({ name }) => name === ALL_SERVICES)
  const additionals = isListOnly ? [] : all.filter((record) => !asked(record) && record.name !== ALL_SERVICES)
  return { answers, additionals }
}

const isSameName = (one: string, other: string): boolean =>
  one.replace(/\.$/, '').toLowerCase() === other.toLowerCase()
