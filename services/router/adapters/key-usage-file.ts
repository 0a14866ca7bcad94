import { readFile, rename } from 'node:fs/promises'
import type { Log } from '@shared/log/create-log.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { KeyRecord, KeyUsage } from '../features/access/key-usage.ts'
import { NO_TOKENS, addTokens } from '../policy/token-count.ts'
import { replaceFile } from './replace-file.ts'

const PeriodCount = Type.Object({ name: Type.String(), tokens: Type.Integer({ minimum: 0 }) })

const UsageFile = Type.Object({
  version: Type.Literal(1),
  keys: Type.Record(
    Type.String(),
    Type.Object({
      lastUsedAt: Type.Union([Type.String(), Type.Null()]),
      tokens: Type.Object({
        day: PeriodCount,
        month: PeriodCount,
        total: Type.Integer({ minimum: 0 }),
      }),
    }),
  ),
})

const UNUSED: KeyRecord = { lastUsedAt: null, tokens: NO_TOKENS }

/** The use of keys in a file of JSON (mode 0600), which `save` writes when there is something new. */
export class KeyUsageFile implements KeyUsage {
  readonly #path: string
  readonly #records: Map<string, KeyRecord>
  #isSaved = true
  #lastSave: Promise<void> = Promise.resolve()

  private constructor(path: string, records: Map<string, KeyRecord>) {
    this.#path = path
    this.#records = records
  }

  /** A file that cannot be read is put aside (`.broken`) and counting begins anew, because nobody is let in otherwise. */
  static async open(path: string, log: Log): Promise<KeyUsageFile> {
    return new KeyUsageFile(path, new Map(Object.entries(await readRecords(path, log))))
  }

  /** Every key that was ever used here. */
  all(): Iterable<readonly [keyId: string, record: KeyRecord]> {
    return this.#records
  }

  of(keyId: string): KeyRecord {
    return this.#records.get(keyId) ?? UNUSED
  }

  onRequest(keyId: string, at: number): void {
    this.#put(keyId, { ...this.of(keyId), lastUsedAt: new Date(at).toISOString() })
  }

  onTokens(keyId: string, tokens: number, at: number): void {
    const record = this.of(keyId)
    this.#put(keyId, { ...record, tokens: addTokens(record.tokens, tokens, at) })
  }

  /** Resolves when everything that was told before is in the file. @throws when it cannot be written */
  save(): Promise<void> {
    this.#lastSave = this.#lastSave.catch(() => undefined).then(() => this.#write())
    return this.#lastSave
  }

  #put(keyId: string, record: KeyRecord): void {
    this.#records.set(keyId, record)
    this.#isSaved = false
  }

  async #write(): Promise<void> {
    if (this.#isSaved) return
    this.#isSaved = true
    try {
      const file: Static<typeof UsageFile> = { version: 1, keys: Object.fromEntries(this.#records) }
      await replaceFile(this.#path, `${JSON.stringify(file)}\n`)
    } catch (error) {
      this.#isSaved = false
      throw error
    }
  }
}

const readRecords = async (path: string, log: Log): Promise<Readonly<Record<string, KeyRecord>>> => {
  try {
    const file: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (Value.Check(UsageFile, file)) return file.keys
    throw new Error('It is not a record of how keys are used.')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    log.error({ err: error, path }, 'how keys were used cannot be read; it is put aside and begins anew')
    await rename(path, `${path}.broken`).catch(() => undefined)
    return {}
  }
}
