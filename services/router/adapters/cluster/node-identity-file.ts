import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrivateKey } from '@libp2p/interface'
import { isOpenToOthers, replacePrivateFile, writePrivateDraft } from '@shared/access/private-file.ts'
import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { nodeIdOfPublicKey, publicKeyOfNodeId } from './ed25519-node-id.ts'

/** What stands before the 32 bytes of a key in DER. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SEED_BYTES = 32
/** Others' keys, decoded: enough for any cluster, and strangers cannot fill our memory. */
const REMEMBERED_KEYS = 1024

const IdentityFile = Type.Object({
  version: Type.Literal(1),
  /** 32 bytes, base64url. */
  seed: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
})
const EpochFile = Type.Object({ version: Type.Literal(1), epoch: Type.Integer({ minimum: 0 }) })

/** Who this node is, for good. */
export interface NodeIdentity {
  readonly nodeId: NodeId
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
  /** False also for an id that holds no key. */
  verify(nodeId: NodeId, bytes: Uint8Array, signature: Uint8Array): boolean
  /** The same key for libp2p, which is loaded by this. */
  libp2pKey(): Promise<PrivateKey>
  /**
   * Number of a start of this node: greater than that of any before, about the time in Unix milliseconds. It is on the disk
   * before it is given, so that no two starts have the same. Call it once in a process.
   */
  beginEpoch(): Promise<number>
}

export interface NodeIdentityOptions {
  readonly skeinHome: string
  /** Unix milliseconds. */
  readonly now: () => number
}

/** The private key of a node. Whoever has a copy of it is this node. */
export const identityFilePath = (skeinHome: string): string =>
  join(skeinHome, 'cluster', 'node-identity.json')

const epochFilePath = (skeinHome: string): string => join(skeinHome, 'cluster', 'node-epoch.json')

/**
 * The identity of this node, made when there is none. Two processes that make one at the same time end up with the same.
 * @throws Fault `conflict` for a file that others may read, or that is broken: never replaced by a new identity in silence
 */
export const openNodeIdentity = async ({ now, skeinHome }: NodeIdentityOptions): Promise<NodeIdentity> => {
  const path = identityFilePath(skeinHome)
  await mkdir(join(skeinHome, 'cluster'), { recursive: true, mode: 0o700 })
  await chmod(join(skeinHome, 'cluster'), 0o700)
  const seed = (await readSeed(path)) ?? (await makeSeed(path))
  return identityOf(seed, () => beginEpoch(epochFilePath(skeinHome), now))
}

const identityOf = (seed: Buffer, beginEpoch: () => Promise<number>): NodeIdentity => {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
  const keyOf = rememberKeys()
  return {
    nodeId: nodeIdOfPublicKey(publicKey),
    sign: (bytes) => sign(null, bytes, privateKey),
    verify: (nodeId, bytes, signature) => {
      const key = keyOf(nodeId)
      return key !== undefined && verify(null, bytes, key, signature)
    },
    libp2pKey: async () => {
      const { privateKeyFromRaw } = await import('@libp2p/crypto/keys')
      return privateKeyFromRaw(Buffer.concat([seed, publicKey]))
    },
    beginEpoch,
  }
}

/** Public keys by node id, decoded once each. */
const rememberKeys = (): ((nodeId: NodeId) => KeyObject | undefined) => {
  const known = new Map<NodeId, KeyObject | undefined>()
  return (nodeId) => {
    if (known.has(nodeId)) return known.get(nodeId)
    if (known.size >= REMEMBERED_KEYS) known.clear()
    const bytes = publicKeyOfNodeId(nodeId)
    const key =
      bytes === undefined
        ? undefined
        : createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' })
    known.set(nodeId, key)
    return key
  }
}

const readSeed = async (path: string): Promise<Buffer | undefined> => {
  const facts = await stat(path).catch(missing)
  if (facts === undefined) return undefined
  if (isOpenToOthers(facts))
    throw new Fault(
      'conflict',
      `Others may read the private key of this node ${path}. Take it back: chmod 600 ${path}`,
    )
  const value = parseJson(await readFile(path, 'utf8'))
  const seed = Value.Check(IdentityFile, value) ? Buffer.from(value.seed, 'base64url') : undefined
  if (seed?.length !== SEED_BYTES)
    throw new Fault(
      'conflict',
      `The private key of this node ${path} is broken. Restore it from a copy, or remove it: the node gets a new identity then, and must join its cluster again.`,
    )
  return seed
}

const makeSeed = async (path: string): Promise<Buffer> => {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writePrivateDraft(draft, textOf({ version: 1, seed: randomBytes(SEED_BYTES).toString('base64url') }))
  try {
    // A link, not a rename: whoever was first keeps its place.
    await link(draft, path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  } finally {
    await rm(draft, { force: true })
  }
  const seed = await readSeed(path)
  if (seed === undefined)
    throw new Fault('conflict', `The private key of this node ${path} was removed just now.`)
  return seed
}

const beginEpoch = async (path: string, now: () => number): Promise<number> => {
  const text = await readFile(path, 'utf8').catch(missing)
  const saved = text === undefined ? undefined : parseJson(text)
  // A broken file is no reason to stay away: the clock is greater than all that was saved unless it went back meanwhile.
  const last = Value.Check(EpochFile, saved) ? saved.epoch : 0
  const epoch = Math.max(last + 1, now())
  await replacePrivateFile(path, textOf({ version: 1, epoch }))
  return epoch
}

const textOf = (value: object): string => `${JSON.stringify(value)}\n`

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const missing = (error: unknown): undefined => {
  if (codeOf(error) !== 'ENOENT') throw error
  return undefined
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
