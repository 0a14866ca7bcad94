import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import { REMOTE_PRODUCTS } from '@shared/inference/remote-product.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { ExternalRecords } from '../features/externals/external-records.ts'

const text = Type.String({ maxLength: 4096 })
const Count = Type.Integer({ minimum: 1 })

const StoredModel = Type.Object({
  name: text,
  capabilities: Type.Array(Type.Union([Type.Literal('chat'), Type.Literal('embed'), Type.Literal('rerank')])),
  contextLength: Type.Optional(Count),
  sizeBytes: Type.Optional(Count),
  vocabularySize: Type.Optional(Count),
  parameterCount: Type.Optional(Count),
  architecture: Type.Optional(text),
  quantization: Type.Optional(text),
  digest: Type.Optional(text),
  modifiedAt: Type.Optional(text),
})

const StoredExternal = Type.Object({
  id: Type.String({ pattern: '^ext_[0-9a-z]+$' }),
  name: text,
  url: text,
  kind: Type.Union([Type.Literal('auto'), Type.Literal('openai'), Type.Literal('ollama')]),
  hasKey: Type.Boolean(),
  allowedModels: Type.Union([Type.Array(text), Type.Null()]),
  slots: Count,
  addedAt: text,
  machine: Type.Object({
    product: Type.Union(REMOTE_PRODUCTS.map((product) => Type.Literal(product))),
    version: Type.Union([text, Type.Null()]),
    models: Type.Array(StoredModel),
  }),
})

const StoredList = Type.Object({ version: Type.Literal(1), externals: Type.Array(StoredExternal) })

/**
 * Servers of other machines in a directory of their own: `list.json`, and for each key a file that only its owner can read.
 * A list that is broken is left as it is, and nothing is written over it.
 */
export const createExternalFiles = (directory: string, log: Log): ExternalRecords => {
  const listPath = join(directory, 'list.json')
  const keyPath = (id: string): string => join(directory, `${id}.key`)
  let isBroken = false
  return {
    keyPath,
    load() {
      if (!existsSync(listPath)) return []
      const list = readList(listPath)
      if (list !== undefined) return list.externals
      isBroken = true
      log.error(
        { path: listPath },
        'the list of external machines is broken: none is used. Repair or remove it',
      )
      return []
    },
    save(externals) {
      if (isBroken)
        throw new Fault(
          'conflict',
          `The list of external machines ${listPath} is broken. Repair or remove it, and start the node again.`,
        )
      writePrivately(directory, listPath, `${JSON.stringify({ version: 1, externals }, undefined, 2)}\n`)
    },
    saveKey: (id, key) => writePrivately(directory, keyPath(id), `${key}\n`),
    readKey(id) {
      if (!existsSync(keyPath(id))) return undefined
      const key = readFileSync(keyPath(id), 'utf8').trim()
      return key === '' ? undefined : key
    },
    removeKey: (id) => rmSync(keyPath(id), { force: true }),
  }
}

const readList = (path: string) => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(StoredList, value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Replaces a file as a whole; nobody else can read it, not even for a moment. */
const writePrivately = (directory: string, path: string, content: string): void => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, content, { mode: 0o600 })
  chmodSync(draft, 0o600)
  renameSync(draft, path)
}
