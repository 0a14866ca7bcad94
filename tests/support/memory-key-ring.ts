import type { KeyRing } from '@service/router/features/access/key-ring.ts'
import type { AccessKey } from '@shared/access/access-key.ts'
import { createKeyId, createSecret, hashSecret, maskSecret } from '@shared/access/key-secret.ts'

/** Keys that no file holds. */
export const createMemoryKeyRing = (first: readonly AccessKey[] = []): KeyRing => {
  const keys = new Map(first.map((key) => [key.id, key]))
  const listeners: ((id: string) => void)[] = []
  const good = (): AccessKey[] => [...keys.values()].filter(({ revokedAt }) => revokedAt === null)
  return {
    find: (secret) => [...keys.values()].find(({ secretHash }) => secretHash === hashSecret(secret)),
    list: good,
    async create(traits, prefix) {
      const secret = createSecret(prefix)
      const key: AccessKey = {
        ...traits,
        id: createKeyId(),
        secretHash: hashSecret(secret),
        masked: maskSecret(secret),
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: 1,
        updatedBy: 'test',
        revokedAt: null,
      }
      keys.set(key.id, key)
      return { key, secret }
    },
    async change(id, traits) {
      const key = good().find((candidate) => candidate.id === id)
      if (key === undefined) return undefined
      const changed = { ...key, ...traits }
      keys.set(id, changed)
      return changed
    },
    async revoke(id) {
      const key = good().find((candidate) => candidate.id === id)
      if (key === undefined) return false
      keys.set(id, { ...key, revokedAt: '2026-01-01T00:00:00.000Z' })
      for (const listener of listeners) listener(id)
      return true
    },
    onRevoked: (listener) => void listeners.push(listener),
  }
}
