/**
 * The door of a node for other nodes, in front of the service whose sockets are in a directory: `far-node.ts DIRECTORY`
 * prints its port. Whoever proves to be some node is a member.
 */
import { join } from 'node:path'
import { listenPeers } from '@service/router/adapters/peers/listen-peers.ts'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createPeerBearerCheck } from '@service/router/adapters/peers/peer-bearer-check.ts'
import { createPeerDoor } from '@service/router/features/peer-door/peer-door.ts'
import { createLog } from '@shared/log/create-log.ts'
import { openPeerNodeParts, testClock } from '@skein/tests/support/peer-node-parts.ts'

const [directory = '.'] = process.argv.slice(2)
const log = createLog('router', 'silent')
const identity = await openNodeIdentity({ skeinHome: directory, now: () => Date.now() })
const certificate = await openNodeCertificate(join(directory, 'cluster'))
const parts = await openPeerNodeParts(directory, log)
const listener = listenPeers({
  host: '127.0.0.1',
  port: 0,
  certificate,
  checkBearer: createPeerBearerCheck({
    self: identity.nodeId,
    verify: identity.verify,
    standingOf: () => 'member',
    clockSkewOf: () => undefined,
    now: () => Date.now(),
  }),
  stranger: async () => new Response(null, { status: 404 }),
  member: createPeerDoor({
    ...parts,
    controls: [],
    keyDesk: { signInFromPeer: () => undefined },
    observer: { onFirstByte: () => undefined, onEnd: () => undefined },
    now: testClock.now,
    createId: () => crypto.randomUUID(),
    nameOf: () => 'near',
    clockSkewOf: () => undefined,
    onNodeRemoved: () => undefined,
    isDraining: () => false,
    log,
  }),
  bodies: parts.bodies,
  now: testClock.now,
  log,
})
await Bun.write(
  join(directory, 'far-node.json'),
  JSON.stringify({ nodeId: identity.nodeId, certificate: certificate.certificate }),
)
console.log(`ready ${listener.port}`)
