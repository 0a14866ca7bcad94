import { stat } from 'node:fs/promises'
import type { AccessKey } from '@shared/access/access-key.ts'
import { mergeKeys } from '@shared/access/access-key.ts'
import { readKeyFile, writeKeyFile } from '@shared/access/key-file.ts'
import { createKeyId, createSecret, hashSecret, isSameHash, maskSecret } from '@shared/access/key-secret.ts'
import type { SecretPrefix } from '@shared/access/key-secret.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { KeyRing, KeyTraits, NewKey } from '../features/access/key-ring.ts'

export interface KeyRingFileOptions {
  readonly path: string
  /** Name of this node, for the records. */
  readonly node: string
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

/** The keys in their file, which `skein key` may change too: `refresh` looks for that. */
export class KeyRingFile implements KeyRing {
  readonly #options: KeyRingFileOptions
  readonly #revokedListeners: ((id: string) => void)[] = []
  readonly #changeListeners: ((keys: readonly AccessKey[]) => void)[] = []
  #keys: readonly AccessKey[] = []
  #byHash = new Map<string, AccessKey>()
  #seenAt = ''
  #lastWork: Promise<unknown> = Promise.resolve()

  private constructor(options: KeyRingFileOptions) {
    this.#options = options
  }

  /** @throws Fault `conflict` for a file that others may read, or that is broken */
  static async open(options: KeyRingFileOptions): Promise<KeyRingFile> {
    const ring = new KeyRingFile(options)
    await ring.#read()
    return ring
  }

  find(secret: string): AccessKey | undefined {
    const hash = hashSecret(secret)
    const key = this.#byHash.get(hash)
    return key !== undefined && isSameHash(key.secretHash, hash) ? key : undefined
  }

  list(): readonly AccessKey[] {
    return this.#keys
      .filter(({ revokedAt }) => revokedAt === null)
      .toSorted((one, other) => one.createdAt.localeCompare(other.createdAt))
  }

  /** Whether some key opens the door now. */
  hasGoodKey(): boolean {
    const now = this.#options.now()
    return this.list().some(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now)
  }

  create(traits: KeyTraits, prefix?: SecretPrefix): Promise<NewKey> {
    const { node, now } = this.#options
    const secret = createSecret(prefix)
    const at = now()
    const key: AccessKey = {
      ...traits,
      id: createKeyId(),
      secretHash: hashSecret(secret),
      masked: maskSecret(secret),
      createdAt: new Date(at).toISOString(),
      updatedAt: at,
      updatedBy: node,
      revokedAt: null,
    }
    return this.#save([key]).then(() => ({ key, secret }))
  }

  change(id: string, traits: Partial<KeyTraits>): Promise<AccessKey | undefined> {
    return this.#replace(id, traits)
  }

  async revoke(id: string): Promise<boolean> {
    const revokedAt = new Date(this.#options.now()).toISOString()
    return (await this.#replace(id, { revokedAt })) !== undefined
  }

  onRevoked(listener: (id: string) => void): void {
    this.#revokedListeners.push(listener)
  }

  /** All keys, tombstones included. */
  records(): readonly AccessKey[] {
    return this.#keys
  }

  /** Told of all keys whenever one of them has changed, here or by another program. */
  onChanged(listener: (keys: readonly AccessKey[]) => void): void {
    this.#changeListeners.push(listener)
  }

  /** Takes what other nodes know of keys, where it is later. */
  async merge(keys: readonly AccessKey[]): Promise<void> {
    const isNew = ({ id, updatedAt, updatedBy }: AccessKey): boolean => {
      const known = this.#keys.find((key) => key.id === id)
      return known?.updatedAt !== updatedAt || known.updatedBy !== updatedBy
    }
    const news = keys.filter(isNew)
    if (news.length > 0) await this.#save(news)
  }

  /** Reads the file again when it is another than the one that was read last. A file that went bad changes nothing. */
  async refresh(): Promise<void> {
    if ((await this.#fileStamp()) === this.#seenAt) return
    await this.#inTurn(() => this.#read()).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'the file of keys was not read again')
    })
  }

  async #replace(id: string, changes: Partial<AccessKey>): Promise<AccessKey | undefined> {
    const known = this.#keys.find((key) => key.id === id && key.revokedAt === null)
    if (known === undefined) return undefined
    const { node, now } = this.#options
    // Also when the clock went back: the change must win against what it changes.
    const updatedAt = Math.max(now(), known.updatedAt + 1)
    const key = { ...known, ...changes, updatedAt, updatedBy: node }
    await this.#save([key])
    return key
  }

  #save(changed: readonly AccessKey[]): Promise<void> {
    return this.#inTurn(async () => {
      const { path } = this.#options
      const keys = mergeKeys(await readKeyFile(path), mergeKeys(this.#keys, changed))
      await writeKeyFile(path, keys)
      this.#take(keys)
      this.#seenAt = await this.#fileStamp()
    })
  }

  async #read(): Promise<void> {
    this.#seenAt = await this.#fileStamp()
    this.#take(await readKeyFile(this.#options.path))
  }

  #take(keys: readonly AccessKey[]): void {
    const wasGood = new Set(this.list().map(({ id }) => id))
    this.#keys = keys
    this.#byHash = new Map(keys.map((key) => [key.secretHash, key]))
    const isGood = new Set(this.list().map(({ id }) => id))
    for (const id of wasGood) {
      if (!isGood.has(id)) for (const listener of this.#revokedListeners) listener(id)
    }
    for (const listener of this.#changeListeners) listener(keys)
  }

  /** One after the other: two changes at once must not lose one. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastWork.catch(() => undefined).then(work)
    this.#lastWork = turn
    return turn
  }

  async #fileStamp(): Promise<string> {
    const facts = await stat(this.#options.path).catch(() => undefined)
    return facts === undefined ? '' : `${facts.mtimeMs} ${facts.size} ${facts.ino}`
  }
}
