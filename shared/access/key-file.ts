import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { KEY_SCOPES } from './access-key.ts'
import type { AccessKey } from './access-key.ts'
import { isOpenToOthers, replacePrivateFile } from './private-file.ts'

const text = Type.String({ maxLength: 1000 })
const texts = Type.Array(text, { maxItems: 1000 })
const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: Schema,
) => Type.Union([schema, Type.Null()])

const StoredKey = Type.Object({
  id: Type.String({ pattern: '^key_[0-9a-f]{16}$' }),
  label: text,
  secretHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  masked: text,
  scopes: Type.Array(Type.Union(KEY_SCOPES.map((scope) => Type.Literal(scope)))),
  origins: texts,
  routes: texts,
  models: texts,
  endpointId: orNull(Type.String()),
  expiresAt: orNull(Type.String()),
  requestsPerMinute: orNull(Type.Integer({ minimum: 1 })),
  tokenBudget: Type.Union([
    Type.Object({
      tokens: Type.Integer({ minimum: 0 }),
      period: Type.Union([Type.Literal('day'), Type.Literal('month'), Type.Literal('total')]),
    }),
    Type.Null(),
  ]),
  createdAt: text,
  updatedAt: Type.Integer(),
  updatedBy: text,
  revokedAt: orNull(Type.String()),
})

/** What another node sent, if it is the record of a key at all. */
export const readAccessKey = (value: unknown): AccessKey | undefined =>
  Value.Check(StoredKey, value) ? value : undefined

const KeyFile = Type.Object({ version: Type.Literal(1), keys: Type.Array(StoredKey) })

/** Where the keys of a node are kept. */
export const keyFilePath = (skeinHome: string): string => join(skeinHome, 'keys.json')

/**
 * The keys of this node, tombstones included; none when there is no file.
 * @throws Fault `conflict` for a file that others may read or change, or that is no list of keys: such a file lets nobody in
 */
export const readKeyFile = async (path: string): Promise<readonly AccessKey[]> => {
  const facts = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (facts === undefined) return []
  if (isOpenToOthers(facts))
    throw new Fault('conflict', `Others may read the file of keys ${path}. Take it back: chmod 600 ${path}`)
  return parseKeys(await readFile(path, 'utf8'), path)
}

const parseKeys = (content: string, path: string): readonly AccessKey[] => {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    throw broken(path, error)
  }
  if (!Value.Check(KeyFile, value)) throw broken(path, undefined)
  return value.keys
}

const broken = (path: string, cause: unknown): Fault =>
  new Fault(
    'conflict',
    `The file of keys ${path} is broken. Restore it from a copy, or remove it and make new keys.`,
    {
      cause,
    },
  )

/** Replaces the file as a whole, and on the disk before this returns: a key that was revoked stays revoked. */
export const writeKeyFile = async (path: string, keys: readonly AccessKey[]): Promise<void> => {
  await replacePrivateFile(path, `${JSON.stringify({ version: 1, keys }, undefined, 2)}\n`)
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
