import type { AccessKey } from '@shared/access/access-key.ts'

/** Who asks. */
export type Caller =
  /** Somebody on this machine, where no key is demanded. */
  | { readonly type: 'local' }
  | { readonly type: 'key'; readonly key: AccessKey }
  /** Nobody that is known; `hasCredential` when one was sent that is no key of this node. */
  | { readonly type: 'stranger'; readonly hasCredential: boolean }

/** For the log and for fair shares: never a secret, and as many values as there are keys. */
export const callerName = (caller: Caller): string =>
  caller.type === 'key' ? caller.key.id : caller.type === 'local' ? 'local' : 'none'
