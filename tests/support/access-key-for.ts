import type { AccessKey } from '@shared/access/access-key.ts'
import { hashSecret, maskSecret } from '@shared/access/key-secret.ts'

/** Its secret unless the test says otherwise. */
export const TEST_SECRET = `sk-skein-${'0123456789abcdef'.repeat(4)}`

/** A good key for inference. */
export const accessKey = (changes: Partial<AccessKey> = {}, secret: string = TEST_SECRET): AccessKey => ({
  id: 'key_0000000000000001',
  label: 'of a test',
  secretHash: hashSecret(secret),
  masked: maskSecret(secret),
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: 1,
  updatedBy: 'node',
  revokedAt: null,
  ...changes,
})
