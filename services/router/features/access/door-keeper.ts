import { mayUse } from '@shared/access/may-use.ts'
import type { KeyVerdict } from '@shared/access/may-use.ts'
import type { RouteEntry } from '@shared/contracts/route-manifest.ts'
import { Fault } from '@shared/fault/fault.ts'
import { credentialIn } from '../../policy/credential.ts'
import { isLocalCaller } from '../../policy/local-caller.ts'
import { OWNER_PEER } from './caller.ts'
import type { Caller } from './caller.ts'
import type { KeyRing } from './key-ring.ts'

export interface DoorKeeperPorts {
  readonly keys: Pick<KeyRing, 'find' | 'list'>
  /** Callers on this machine need a key too. */
  readonly requiresKey: boolean
  /** Unix milliseconds. */
  readonly now: () => number
}

/** Knows who asks, and what they may. */
export interface DoorKeeper {
  /** @param peer address of the other end of the connection, or `OWNER_PEER` */
  identify(headers: Headers, peer: string | undefined): Caller
  /** @throws Fault `unauthorized`, `forbidden` */
  admit(caller: Caller, entry: Pick<RouteEntry, 'scope' | 'path'>, request: AdmittedRequest): void
  /** Whether some key is for pages of this origin. */
  knowsOrigin(origin: string): boolean
}

export interface AdmittedRequest {
  /** Of the page that sends it; undefined: none, or one of this node itself. */
  readonly foreignOrigin: string | undefined
  /** Known once the request was placed; asked again then. */
  readonly model: string | undefined
}

/**
 * 0. Who comes through the node's own socket is its owner, whatever they send.
 * 1. A key of this node is what counts, also on this machine: its limits hold.
 * 2. Without one, whoever is on this machine may do all, unless keys are demanded. What clients send because they must
 *    send something (`ollama`, `sk-none`) does not matter there. Pages of other sites are not on this machine: they need
 *    a key that names their origin.
 * 3. Everybody else is a stranger, for whom only public routes are open.
 */
export const createDoorKeeper = ({ keys, now, requiresKey }: DoorKeeperPorts): DoorKeeper => ({
  identify(headers, peer) {
    if (peer === OWNER_PEER) return { type: 'local' }
    const credential = credentialIn(headers)
    const key = credential === undefined ? undefined : keys.find(credential)
    if (key !== undefined) return { type: 'key', key }
    if (!requiresKey && isLocalCaller(peer, headers)) return { type: 'local' }
    return { type: 'stranger', hasCredential: credential !== undefined }
  },
  admit(caller, { path, scope }, { foreignOrigin, model }) {
    if (caller.type !== 'key') return admitWithoutKey(caller, scope, foreignOrigin)
    const use = { scope, route: path, model, origin: foreignOrigin, now: now() }
    const verdict = mayUse(caller.key, use)
    if (verdict !== 'allowed') throw REFUSALS[verdict](scope, use)
  },
  knowsOrigin: (origin) => keys.list().some(({ origins }) => origins.includes(origin)),
})

const admitWithoutKey = (
  caller: Exclude<Caller, { readonly type: 'key' }>,
  scope: RouteEntry['scope'],
  foreignOrigin: string | undefined,
): void => {
  if (foreignOrigin !== undefined) {
    throw new Fault(
      'forbidden',
      'Pages of other web sites may not call this node without a key that names their origin.',
    )
  }
  if (scope !== 'public' && caller.type === 'stranger') throw strangerFault(caller.hasCredential)
}

const strangerFault = (hasCredential: boolean): Fault =>
  new Fault(
    'unauthorized',
    hasCredential
      ? 'Incorrect API key provided. `skein key list` shows the keys of this node, `skein key add` makes one.'
      : 'This node needs an API key: send it as `Authorization: Bearer sk-skein-…`. `skein key add` makes one.',
  )

interface Refused {
  readonly route: string
  readonly model: string | undefined
  readonly origin: string | undefined
}

const REFUSALS = {
  revoked: () => new Fault('unauthorized', 'This API key was revoked.'),
  expired: () => new Fault('unauthorized', 'This API key has expired.'),
  scope: (scope) => new Fault('forbidden', `This API key does not have the scope '${scope}'.`),
  origin: (_, { origin }) =>
    new Fault('forbidden', `This API key is not for pages of ${origin ?? 'this site'}.`),
  route: (_, { route }) => new Fault('forbidden', `This API key is not for ${route}.`),
  model: (_, { model }) => new Fault('forbidden', `This API key is not for the model '${model ?? ''}'.`),
} as const satisfies Record<Exclude<KeyVerdict, 'allowed'>, (scope: string, use: Refused) => Fault>
