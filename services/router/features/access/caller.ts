import type { AccessKey } from '@shared/access/access-key.ts'

/** Who asks. */
export type Caller =
  /** Somebody on this machine, where no key is demanded, or its owner. */
  | { readonly type: 'local' }
  | { readonly type: 'key'; readonly key: AccessKey }
  /** Another node of the cluster, which has let somebody in: `for` is what `callerName` called them there. */
  | { readonly type: 'peer'; readonly nodeId: string; readonly name: string; readonly for: string }
  /** Nobody that is known; `hasCredential` when one was sent that is no key of this node. */
  | { readonly type: 'stranger'; readonly hasCredential: boolean }

/**
 * Stands for the address of who comes through the node's own socket, which its user alone can open: `skein`. No key is
 * ever demanded of them; they could read the file of keys as well.
 */
export const OWNER_PEER = 'owner'

/** For the log: never a secret, and as many values as there are keys. */
export const callerName = (caller: Caller): string => {
  if (caller.type === 'key') return caller.key.id
  if (caller.type === 'peer') return caller.for
  return caller.type === 'local' ? 'local' : 'none'
}
