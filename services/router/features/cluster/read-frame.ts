import { readAccessKey } from '@shared/access/key-file.ts'
import { isDeeperThan } from '@shared/http/json-depth.ts'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import type { TSchema } from '@sinclair/typebox'
import type { ClusterFrame } from '../../policy/cluster/cluster-frame.ts'
import type { ClusterRecord } from '../../policy/cluster/cluster-record.ts'
import { PROTOCOL_VERSION } from '../../policy/cluster/node-topics.ts'
import { AnyHelloSchema, FRAME_SCHEMAS, MemberSchema } from './frame-schema.ts'
import { isTopicName } from './node-topic-schema.ts'
import { LARGEST_MESSAGE_BYTES } from './peer-network.ts'
import { pickFields } from './pick-fields.ts'

/** Values of topics have half as many. */
const DEEPEST_FRAME = 16

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** One message to another node. */
export const writeFrame = (frame: ClusterFrame): Uint8Array => encoder.encode(JSON.stringify(frame))

/**
 * What another node says: whoever it is, and whatever it sends. Undefined for anything that is no frame. Topics and kinds
 * of records that only newer nodes know are left out, fields too. Values of announcements stay as they were signed:
 * `readTopic` looks at them.
 */
export const readFrame = (bytes: Uint8Array): ClusterFrame | undefined => {
  if (bytes.length > LARGEST_MESSAGE_BYTES || isDeeperThan(bytes, DEEPEST_FRAME)) return undefined
  const said = parsed(bytes)
  if (checkOf('another-hello').Check(said) && said.protocolVersion !== PROTOCOL_VERSION)
    return { type: 'hello', protocolVersion: said.protocolVersion, epoch: 0, instance: '', clock: 0 }
  const type = typeOf(said)
  if (type === undefined || !checkOf(type).Check(said)) return undefined
  // The schema of each type is that of its frame; TypeBox cannot brand ids.
  const frame = pickFields(SCHEMAS[type], said) as ClusterFrame
  if (frame.type === 'announce')
    return { ...frame, announcements: frame.announcements.filter(({ topic }) => isTopicName(topic)) }
  return frame.type === 'records' ? { ...frame, records: frame.records.filter(isRecord) } : frame
}

const SCHEMAS = { ...FRAME_SCHEMAS, member: MemberSchema, 'another-hello': AnyHelloSchema }

/** In a hundred thousand years. No clock is so wrong; later changes must have room above it. */
const LATEST_CHANGE_MS = 4e15

type SchemaName = keyof typeof SCHEMAS

const compiled = new Map<SchemaName, TypeCheck<TSchema>>()

/** Compiled when they are first needed: a node in no cluster never does. */
const checkOf = <Name extends SchemaName>(name: Name): TypeCheck<(typeof SCHEMAS)[Name]> => {
  const check = compiled.get(name) ?? TypeCompiler.Compile<TSchema>(SCHEMAS[name])
  compiled.set(name, check)
  // What is kept under a name was compiled from its schema.
  return check as TypeCheck<(typeof SCHEMAS)[Name]>
}

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    return undefined
  }
}

const typeOf = (said: unknown): ClusterFrame['type'] | undefined => {
  if (typeof said !== 'object' || said === null || !('type' in said)) return undefined
  const { type } = said
  return typeof type === 'string' && Object.hasOwn(FRAME_SCHEMAS, type)
    ? // `FRAME_SCHEMAS` has the types of frames for keys.
      (type as ClusterFrame['type'])
    : undefined
}

/** A record of a kind that we know, about what it says that it is about. */
const isRecord = ({ kind, id, updatedAt, value }: ClusterRecord): boolean => {
  if (updatedAt > LATEST_CHANGE_MS) return false
  if (kind === 'member') return checkOf('member').Check(value) && value.nodeId === id
  return kind === 'key' && readAccessKey(value)?.id === id
}
