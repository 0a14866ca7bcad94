import type { PeerLink } from '@service/router/features/cluster/peer-network.ts'
import { DialFailed } from '@service/router/features/cluster/peer-network.ts'
import { findNodes } from '@service/router/adapters/lan/lan-discovery.ts'
import { Libp2pPeerNetwork } from '@service/router/adapters/links/libp2p-peer-network.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { createLog } from '@shared/log/create-log.ts'
import type { PeerCommand, PeerEvent, PeerSettings } from './peer-words.ts'

/** Runs the network of a node alone, without a node: commands come in, events go out, a line of JSON each. */
const settings: PeerSettings = JSON.parse(process.argv[2] ?? '{}')
const log = createLog('peer', 'silent')

const tell = (event: PeerEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`)
process.on('uncaughtException', (error) => tell({ type: 'crash', message: String(error) }))
process.on('unhandledRejection', (error) => tell({ type: 'crash', message: String(error) }))

const identity = await openNodeIdentity({ skeinHome: settings.home, now: Date.now })
const network = new Libp2pPeerNetwork({ identity, log })
const links = new Map<string, PeerLink>()
const searching = new AbortController()

const dial = async ({ host, linkPort, nodeId, withinMs }: Extract<PeerCommand, { type: 'dial' }>) => {
  const began = performance.now()
  const trouble = await network.dial(nodeId, host, linkPort, AbortSignal.timeout(withinMs)).then(
    () => null,
    (error: unknown) => (error instanceof DialFailed ? error.trouble : String(error)),
  )
  tell({ type: 'dialled', nodeId, trouble, tookMs: performance.now() - began })
}

const { linkPort } = await network.start(
  {
    secret: new TextEncoder().encode(settings.secret.padEnd(32, '-')),
    listenHost: settings.listenHost ?? '0.0.0.0',
    linkPort: settings.linkPort ?? 0,
    dataPort: 8081,
    usesMulticast: settings.usesMulticast ?? true,
    isMember: () => true,
  },
  {
    onLink: (link) => {
      links.set(link.nodeId, link)
      tell({
        type: 'link',
        nodeId: link.nodeId,
        host: link.remoteHost,
        isOutbound: link.isOutbound,
        at: Date.now(),
      })
    },
    onMessage: (link, message) =>
      tell({ type: 'message', nodeId: link.nodeId, byteCount: message.byteLength }),
    onLinkDown: (link, trouble) => tell({ type: 'down', nodeId: link.nodeId, trouble, at: Date.now() }),
    onSighting: (sighting) => {
      tell({ type: 'sighting', sighting, at: Date.now() })
      if (settings.dialsSightings === true && identity.nodeId < sighting.nodeId)
        void dial({ ...sighting, type: 'dial', withinMs: 3000 })
    },
    onRefused: (attempt) => tell({ type: 'refused', host: attempt.host, trouble: attempt.trouble }),
  },
)
tell({ type: 'ready', nodeId: identity.nodeId, linkPort, at: Date.now() })

const obey = async (command: PeerCommand): Promise<void> => {
  switch (command.type) {
    case 'dial':
      return dial(command)
    case 'send':
      return links.get(command.nodeId)?.send(new Uint8Array(command.byteCount))
    case 'invite':
      return network.setInviting(command.isInviting)
    case 'look':
      return network.lookAround()
    case 'search':
      return findNodes({
        log,
        signal: searching.signal,
        onSighting: (sighting) => tell({ type: 'found', sighting, at: Date.now() }),
      })
    case 'stop':
      searching.abort()
      await network.stop()
      return tell({ type: 'stopped' })
  }
}

const decoder = new TextDecoder()
let rest = ''
for await (const chunk of Bun.stdin.stream()) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
  rest = lines.pop() ?? ''
  for (const line of lines) void obey(JSON.parse(line))
}
