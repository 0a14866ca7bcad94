import { join } from 'node:path'
import { createManifestFile } from '@service/router/adapters/manifest-file.ts'
import { createModelStoreReader } from '@service/router/adapters/model-store-reader.ts'
import { createSocketTransport } from '@service/router/adapters/socket-transport.ts'
import { Admission } from '@service/router/features/admission/admission.ts'
import { createAnswerOwnRoute } from '@service/router/features/forwarding/answer-own-route.ts'
import { createBudget } from '@service/router/features/forwarding/budget.ts'
import { createForwardRequest } from '@service/router/features/forwarding/forward-request.ts'
import { createForwardWebSocket } from '@service/router/features/forwarding/forward-web-socket.ts'
import type { UpgradesSockets } from '@service/router/features/forwarding/forward-web-socket.ts'
import { createPlaceForPeer } from '@service/router/features/peer-door/place-for-peer.ts'
import { createRequestBodies } from '@service/router/features/forwarding/request-body.ts'
import { CatalogueWatch } from '@service/router/features/models/catalogue-watch.ts'
import { ServiceDirectory } from '@service/router/features/routing/service-directory.ts'
import { INTERNAL_ROUTES } from '@shared/contracts/internal-routes.ts'
import type { ServiceAddress } from '@shared/contracts/service-address.ts'
import { createServiceClient } from '@shared/contracts/service-client.ts'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import type { Log } from '@shared/log/create-log.ts'
import { routeEntry } from './scripted-service.ts'

export const testClock = {
  now: () => performance.now(),
  after(delayMs: number, callback: () => void) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Of this router itself: enough to see that it answers for its own node. */
const OWN = {
  service: 'router',
  version: '0.0.1',
  instance: 'own',
  slotsPerModel: 1,
  routes: [routeEntry('GET', '/status', { kind: 'local' })],
} as const

/** What `app.ts` makes of its ports, as far as the door for nodes needs it. */
export const openPeerNodeParts = async (directory: string, log: Log) => {
  const addresses = new Map<ServiceName, ServiceAddress>(
    (['chat', 'model-store'] as const).map((name) => [
      name,
      { type: 'unix', path: join(directory, `${name}.sock`) },
    ]),
  )
  const clientOf = (name: ServiceName) => createServiceClient(name, addresses.get(name)!)
  const manifests = createManifestFile(join(directory, 'routes.json'))
  const reader = createModelStoreReader(clientOf('model-store'))
  const models = new CatalogueWatch({ ...reader, clock: testClock, log })
  const services = new ServiceDirectory({
    services: [...addresses.keys()],
    fetchManifest: (name) => clientOf(name).call({ method: 'GET', path: INTERNAL_ROUTES.manifest }),
    readSaved: () => manifests.read(),
    save: (known) => manifests.write(known),
    own: OWN,
    clock: testClock,
    log,
  })
  await services.start()
  const admission = new Admission({
    queueLimit: 4,
    waitMs: 10_000,
    batchWaitMs: 30_000,
    modelTurnMs: 10_000,
    clock: testClock,
    memory: { budgetBytes: undefined, bytesOf: () => 0 },
    onRefused: () => undefined,
  })
  const bodies = createRequestBodies({
    clock: testClock,
    bodyBytes: createBudget(256 * 1024 * 1024, 'request bodies'),
  })
  const transport = createSocketTransport(addresses)
  const patience = { clock: testClock, unreadMs: 600_000 }
  const onUnreachable = (name: ServiceName): void => void services.refresh(name)
  return {
    admission,
    bodies,
    routes: services,
    forwardRequest: createForwardRequest({
      placeRequest: createPlaceForPeer({
        admission,
        bodies,
        models,
        now: () => Date.now(),
        prefixOf: () => undefined,
        onWorked: () => undefined,
      }),
      transport,
      connections: createBudget(200, 'requests'),
      patience,
      onUnreachable,
    }),
    forwardWebSocket: (server: UpgradesSockets) =>
      createForwardWebSocket({ transport, clock: testClock, patience, onUnreachable }, () => server),
    answerOwn: createAnswerOwnRoute(bodies, async () => Response.json({ own: true })),
    stop() {
      services.stop()
      models.stop()
    },
  }
}
