import type { AccessKey } from '@shared/access/access-key.ts'
import type { SecretPrefix } from '@shared/access/key-secret.ts'
import {
  decodeToolpiperToken,
  decodeToolpiperTokenPatch,
} from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import type { ToolpiperToken } from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import { Fault } from '@shared/fault/fault.ts'
import { tokensIn } from '../../policy/token-count.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyUsage } from './key-usage.ts'
import { checkTokenTraits } from './token-traits.ts'
import type { TokenTraitsPorts } from './token-traits.ts'

export interface ManageTokensPorts extends TokenTraitsPorts {
  readonly keys: KeyRing
  readonly usage: Pick<KeyUsage, 'of'>
}

const MOST_TOKENS = 1000

/** The keys of this node, as ToolPiper's clients see them. Bodies are as they came. */
export interface ManageTokens {
  list(): readonly ToolpiperToken[]
  /** @throws Fault `invalid_request`, `model_not_found`, `conflict` when there are too many */
  create(body: unknown): Promise<ToolpiperToken & { readonly token: string }>
  /** @throws Fault `not_found`, and what `create` throws */
  change(id: string, body: unknown): Promise<ToolpiperToken>
  /** @throws Fault `not_found` */
  revoke(id: string): Promise<{ readonly id: string; readonly deleted: true }>
}

export const createManageTokens = (ports: ManageTokensPorts): ManageTokens => {
  const { keys, now, usage } = ports
  const show = (key: AccessKey): ToolpiperToken => tokenOf(key, usage, now())
  return {
    list: () => keys.list().map(show),
    async create(body) {
      const { prefix, traits } = decodeToolpiperToken(body)
      const checked = await checkTokenTraits(traits, ports)
      if (keys.list().length >= MOST_TOKENS)
        throw new Fault('conflict', `There are ${MOST_TOKENS} keys already. Remove some first.`)
      const { key, secret } = await keys.create(checked, prefix satisfies SecretPrefix)
      return { ...show(key), token: secret }
    },
    async change(id, body) {
      const key = await keys.change(id, await checkTokenTraits(decodeToolpiperTokenPatch(body), ports))
      if (key === undefined) throw noSuchToken()
      return show(key)
    },
    async revoke(id) {
      if (!(await keys.revoke(id))) throw noSuchToken()
      return { id, deleted: true }
    },
  }
}

const noSuchToken = (): Fault =>
  new Fault('not_found', 'There is no such token. GET /v1/tokens lists what there is.')

const tokenOf = (key: AccessKey, usage: Pick<KeyUsage, 'of'>, now: number): ToolpiperToken => {
  const { lastUsedAt, tokens } = usage.of(key.id)
  const { tokenBudget } = key
  return {
    id: key.id,
    label: key.label,
    masked: key.masked,
    scopes: key.scopes,
    origins: key.origins,
    routes: key.routes,
    models: key.models,
    endpointId: key.endpointId,
    expiresAt: key.expiresAt,
    requestsPerMinute: key.requestsPerMinute,
    tokenBudget,
    tokensUsed: tokenBudget === null ? null : tokensIn(tokens, tokenBudget.period, now),
    createdAt: key.createdAt,
    lastUsedAt,
  }
}
