import { join } from 'node:path'
import { createLog } from '@shared/log/create-log.ts'
import { KeyUsageFile } from '@service/router/adapters/key-usage-file.ts'
import type { ToolpiperToken } from '@shared/dialects/toolpiper/toolpiper-tokens.ts'
import { createManageTokens } from '@service/router/features/access/manage-tokens.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { NodeClient } from '../client/node-client.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { openKeyFile } from './first-key.ts'

const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: Schema,
) => Type.Union([schema, Type.Null()])

/** One of GET /v1/tokens. */
export const KeyFacts = Type.Object({
  id: Type.String(),
  label: Type.String(),
  masked: Type.String(),
  scopes: Type.Array(Type.String()),
  expiresAt: orNull(Type.String()),
  requestsPerMinute: orNull(Type.Integer()),
  tokenBudget: Type.Union([Type.Object({ tokens: Type.Integer(), period: Type.String() }), Type.Null()]),
  tokensUsed: orNull(Type.Integer()),
  lastUsedAt: orNull(Type.String()),
})
export type KeyFacts = Static<typeof KeyFacts>

const KeyPage = Type.Object({ data: Type.Array(KeyFacts), nextCursor: orNull(Type.String()) })
const NewKey = Type.Intersect([KeyFacts, Type.Object({ token: Type.String() })])
const Gone = Type.Object({ id: Type.String(), deleted: Type.Boolean() })

/** Traits of a key by their names in `/v1/tokens`. */
export type KeyWish = Readonly<Record<string, unknown>>

/** The keys of a node: of the running one by its own routes, else in its file. */
export interface KeyBook {
  list(): Promise<readonly KeyFacts[]>
  add(wish: KeyWish): Promise<KeyFacts & { readonly token: string }>
  change(id: string, wish: KeyWish): Promise<KeyFacts>
  remove(id: string): Promise<{ readonly id: string; readonly deleted: boolean }>
}

const PATH = '/v1/tokens'
/** There are at most 1,000 keys. */
const MOST_PAGES = 10

export const keysOfNode = (client: NodeClient): KeyBook => ({
  async list() {
    const keys: KeyFacts[] = []
    let cursor = ''
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const path = `${PATH}?limit=100&after=${encodeURIComponent(cursor)}`
      const { data, nextCursor } = await client.call({ path, reply: KeyPage })
      keys.push(...data)
      if (nextCursor === null) break
      cursor = nextCursor
    }
    return keys
  },
  add: (body) => client.call({ method: 'POST', path: PATH, body, reply: NewKey }),
  change: (id, body) => client.call({ method: 'PATCH', path: pathOf(id), body, reply: KeyFacts }),
  remove: (id) => client.call({ method: 'DELETE', path: pathOf(id), reply: Gone }),
})

const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`

/** While no node runs; the same rules, but for what only a node knows: its models and routes. */
export const keysInFile = async (home: string): Promise<KeyBook> => {
  const ring = await openKeyFile(home)
  const usage = await KeyUsageFile.open(join(home, 'key-usage.json'), createLog('skein', 'silent'))
  const tokens = createManageTokens({
    keys: ring,
    usage,
    models: { cards: [], refresh: () => Promise.reject(needsNode('models')) },
    routes() {
      throw needsNode('routes')
    },
    now: () => Date.now(),
  })
  return {
    list: async () => tokens.list().map(plain),
    add: async (wish) => {
      const { token, ...key } = await tokens.create(wish)
      return { ...plain(key), token }
    },
    change: async (id, wish) => plain(await tokens.change(id, wish)),
    remove: (id) => tokens.revoke(id),
  }
}

const plain = (token: ToolpiperToken): KeyFacts => ({ ...token, scopes: [...token.scopes] })

const needsNode = (what: string): CommandFailure =>
  new CommandFailure(`Which ${what} there are is known while the node runs.`, {
    nextStep: `Start it (${PROGRAM} up), then make the key.`,
  })
