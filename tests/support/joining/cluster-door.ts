import { clusterPlugin } from '@service/router/features/cluster/cluster-plugin.ts'
import type { ClusterView } from '@service/router/features/cluster/cluster-view.ts'
import { localaiP2pPlugin } from '@service/router/features/cluster/localai-p2p-plugin.ts'
import { createManageNodes } from '@service/router/features/cluster/manage-nodes.ts'
import { invitationsPlugin } from '@service/router/features/joining/invitations-plugin.ts'
import { joiningPlugin } from '@service/router/features/joining/joining-plugin.ts'
import { Elysia } from 'elysia'
import type { ClusterDesk } from '@service/router/features/cluster/cluster-desk.ts'
import type { Pairing } from '@service/router/features/joining/create-pairing.ts'

/** What the routes are about. */
export type NodeOfDoor = Pick<Pairing, 'invitations' | 'joining'> & { readonly desk: ClusterDesk }

/** The routes of a node about its cluster, as its owner asks them. */
export const createClusterDoor = (node: NodeOfDoor, view: ClusterView) =>
  new Elysia()
    .use(invitationsPlugin(node.invitations))
    .use(joiningPlugin(node.joining))
    .use(
      clusterPlugin(
        view,
        createManageNodes({ view, desk: node.desk, onLeave: () => node.invitations.close() }),
      ),
    )
    .use(
      localaiP2pPlugin({ view, joinString: () => node.invitations.joinString, now: () => 1_700_000_000_000 }),
    )

export interface ServedDoor extends Disposable {
  readonly url: string
}

/** At a port of its own, for clients that bring their own HTTP. */
export const serveClusterDoor = (node: NodeOfDoor, view: ClusterView, port = 0): ServedDoor => {
  const app = createClusterDoor(node, view)
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    idleTimeout: 0,
    fetch: (request) => app.handle(request),
  })
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) }
}
