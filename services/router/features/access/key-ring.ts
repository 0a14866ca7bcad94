import type { AccessKey } from '@shared/access/access-key.ts'
import type { SecretPrefix } from '@shared/access/key-secret.ts'

/** What can be said of a key when it is made, and changed later. */
export type KeyTraits = Pick<
  AccessKey,
  | 'label'
  | 'scopes'
  | 'origins'
  | 'routes'
  | 'models'
  | 'endpointId'
  | 'expiresAt'
  | 'requestsPerMinute'
  | 'tokenBudget'
>

export interface NewKey {
  readonly key: AccessKey
  /** Shown once, kept nowhere. */
  readonly secret: string
}

/** The keys of this node. Every change is on the disk before it is told. */
export interface KeyRing {
  /** The key of this secret, also when it is revoked or over; undefined when there is none. Constant in time. */
  find(secret: string): AccessKey | undefined
  /** Those that are not revoked, oldest first. */
  list(): readonly AccessKey[]
  /** @param prefix of the secret; `sk-skein-` when absent */
  create(traits: KeyTraits, prefix?: SecretPrefix): Promise<NewKey>
  /** @returns undefined when there is no such key, or it is revoked */
  change(id: string, traits: Partial<KeyTraits>): Promise<AccessKey | undefined>
  /** False when there was no such key. */
  revoke(id: string): Promise<boolean>
  /** Told of each key that has just been revoked, here or by another program: its open streams are to end. */
  onRevoked(listener: (id: string) => void): void
}
