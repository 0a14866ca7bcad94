import { eventually } from '../eventually.ts'
import type { RealNode } from './real-node.ts'

export interface MadeKey {
  readonly id: string
  readonly secret: string
}

/** Goes through all that a cluster must do within two seconds: a change of a key, and the end of what hangs on it. */
export const EVERYWHERE_WITHIN_MS = 2000

export const bearer = ({ secret }: Pick<MadeKey, 'secret'>): Record<string, string> => ({
  authorization: `Bearer ${secret}`,
})

/** Makes a key on one node. */
export const makeKey = async (node: RealNode, traits: object): Promise<MadeKey> => {
  const { id, token } = await node.ask('POST', '/v1/tokens', { label: 'test', ...traits })
  return { id, secret: token }
}

/** The status of a question with the key, on each node. */
export const statusesOf = (
  nodes: readonly RealNode[],
  key: Pick<MadeKey, 'secret'>,
  path = '/v1/models',
): Promise<readonly number[]> =>
  Promise.all(
    nodes.map(async ({ url }) => {
      const reply = await fetch(url + path, { headers: bearer(key) })
      await reply.body?.cancel()
      return reply.status
    }),
  )

/** All nodes answer the key so, within two seconds. */
export const allAnswer = (nodes: readonly RealNode[], key: MadeKey, status: number): Promise<void> =>
  eventually(
    `all nodes answer ${status}`,
    async () => (await statusesOf(nodes, key)).every((answer) => answer === status),
    EVERYWHERE_WITHIN_MS,
  )
