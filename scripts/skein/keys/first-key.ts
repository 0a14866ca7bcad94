import { hostname } from 'node:os'
import { keyFilePath } from '@shared/access/key-file.ts'
import { createLog } from '@shared/log/create-log.ts'
import { KeyRingFile } from '@service/router/adapters/key-ring-file.ts'
import type { KeyTraits } from '@service/router/features/access/key-ring.ts'

/** The keys of a node that may not run. @throws Fault for a file that others may read, or that is broken */
export const openKeyFile = (home: string): Promise<KeyRingFile> =>
  KeyRingFile.open({
    path: keyFilePath(home),
    node: hostname(),
    now: () => Date.now(),
    log: createLog('skein', 'silent'),
  })

/** It is for asking models: whoever has it cannot delete them, or make more keys. */
const FIRST_KEY: KeyTraits = {
  label: 'first key',
  scopes: ['inference'],
  origins: [],
  routes: [],
  models: [],
  endpointId: null,
  expiresAt: null,
  requestsPerMinute: null,
  tokenBudget: null,
}

export interface FirstKey {
  readonly secret: string
  /** For a node that did not start after all: nobody has seen the secret. */
  takeBack(): Promise<void>
}

/** Makes the key that a node needs to be reached from other machines; undefined when it has a good one. */
export const makeFirstKey = async (ring: KeyRingFile): Promise<FirstKey | undefined> => {
  if (ring.hasGoodKey()) return undefined
  const { key, secret } = await ring.create(FIRST_KEY)
  return { secret, takeBack: async () => void (await ring.revoke(key.id)) }
}
