import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** Every variable that the router reads for the node's own door. */
export const RouterConfig = Type.Object({
  SKEIN_HOME: Type.String({ default: '~/.skein', description: 'Data directory of the node.' }),
  SKEIN_LOG_LEVEL: Type.String({
    default: 'info',
    description: 'trace, debug, info, warn, error or silent.',
  }),
  ROUTER_HOST: Type.String({
    default: '127.0.0.1',
    description:
      'Address of the public door. Beyond loopback (127.0.0.1, localhost, [::1]) the node must have a key; 0.0.0.0: all IPv4 addresses.',
  }),
  ROUTER_PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of the public door; 0: any free one.',
  }),
  ROUTER_CONTROL_LISTEN: Type.String({
    default: '',
    description: 'unix:/path of the control plane; empty: <SKEIN_HOME>/run/router.sock.',
  }),
  ROUTER_ALLOWED_HOSTS: Type.String({
    default: '',
    description: 'Further names under which clients may ask for this node, divided by commas.',
  }),
  ROUTER_SERVICES: Type.String({
    default: '',
    description:
      'Where the services listen: chat=unix:/path,model-store=http://127.0.0.1:PORT; empty: <SKEIN_HOME>/run/<service>.sock.',
  }),
  ROUTER_REQUIRE_KEY: Type.Boolean({
    default: false,
    description: 'Demands a key of callers on this machine too.',
  }),
  ROUTER_ALLOW_PUBLIC: Type.Boolean({
    default: false,
    description: 'Lets ROUTER_HOST be an address that can be reached from the internet.',
  }),
  ROUTER_CLIENT_REQUESTS: Type.Integer({
    default: 128,
    minimum: 1,
    description: 'How many requests one client (an address) may have open at the same time.',
  }),
  ROUTER_CLIENT_SOCKETS: Type.Integer({
    default: 32,
    minimum: 0,
    description: 'How many WebSockets one client (an address) may have open at the same time.',
  }),
  ROUTER_LIMIT_LOCAL_CLIENTS: Type.Boolean({
    default: false,
    description: 'Holds callers on this machine to these two as well; a proxy on it counts as one client.',
  }),
  ROUTER_UNREAD_MS: Type.Integer({
    default: 600_000,
    minimum: 1000,
    description: 'How long a client may leave a stream unread before it is cut off.',
  }),
  ROUTER_QUEUE_LIMIT: Type.Integer({
    default: 256,
    minimum: 0,
    description: 'How many requests may wait for an engine at the same time.',
  }),
  ROUTER_QUEUE_WAIT_MS: Type.Integer({
    default: 60_000,
    minimum: 0,
    description: 'How long a request waits for an engine before it is refused.',
  }),
  ROUTER_BATCH_WAIT_MS: Type.Integer({
    default: 30_000,
    minimum: 0,
    description: 'After how long in the queue a request of class batch counts as interactive.',
  }),
  ROUTER_MODEL_TURN_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    description:
      'How long a busy model keeps its memory when another one, for which there is no room, waits.',
  }),
})

export type RouterConfig = Static<typeof RouterConfig>

/** What the router reads for its part in a cluster. Nothing of it counts before `skein invite` or `skein join`. */
export const ClusterConfig = Type.Object({
  CLUSTER_NODE_NAME: Type.String({
    default: '',
    description: "What people call this node; empty: the machine's host name.",
  }),
  CLUSTER_LISTEN_HOST: Type.String({
    default: '0.0.0.0',
    description: 'Address on which other nodes find this one; 0.0.0.0: all IPv4 addresses.',
  }),
  CLUSTER_DATA_PORT: Type.Integer({
    default: 8081,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of HTTPS between nodes: requests and their answers. 0: any free one.',
  }),
  CLUSTER_LINK_PORT: Type.Integer({
    default: 8082,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of libp2p between nodes: membership and state. 0: any free one.',
  }),
  CLUSTER_PEERS: Type.String({
    default: '',
    description: 'Where other nodes are, for networks without multicast: 192.168.1.5,10.0.0.7:8081.',
  }),
  CLUSTER_MULTICAST: Type.Boolean({
    default: true,
    description: 'Finds nodes on the local network by multicast DNS, and is found.',
  }),
  CLUSTER_ADVERTISE: Type.Boolean({
    default: true,
    description: 'Tells apps on the local network (Bonjour) where the public door is, if it is open to them.',
  }),
  CLUSTER_PLACEMENT: Type.Union(
    [
      Type.Literal('best'),
      Type.Literal('least-busy'),
      Type.Literal('round-robin'),
      Type.Literal('random'),
      Type.Literal('prefer-local'),
    ],
    { default: 'best', description: 'Which node answers a request when several could.' },
  ),
})

export type ClusterConfig = Static<typeof ClusterConfig>
