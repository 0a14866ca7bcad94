import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readClusterFile, writeClusterFile } from '@service/router/adapters/cluster/cluster-file.ts'
import { KeyRingFile } from '@service/router/adapters/key-ring-file.ts'
import { Libp2pPeerNetwork } from '@service/router/adapters/links/libp2p-peer-network.ts'
import { openNodeIdentity } from '@service/router/adapters/cluster/node-identity-file.ts'
import { ClusterRuntime } from '@service/router/features/cluster/cluster-runtime.ts'
import { keyFilePath } from '@shared/access/key-file.ts'
import { createLog } from '@shared/log/create-log.ts'
import { systemClock } from '@shared/process/clock.ts'

export interface RuntimeOnLoopback {
  readonly name: string
  readonly home: string
  readonly runtime: ClusterRuntime
  readonly keys: KeyRingFile
}

const homes: string[] = []
const runtimes: ClusterRuntime[] = []

/** A node's part in a cluster, with real links over loopback and without multicast; its door for requests is closed. */
export const runtimeOnLoopback = async (
  name: string,
  home: string = newHome(),
): Promise<RuntimeOnLoopback> => {
  const log = createLog('test', 'silent')
  const now = () => Date.now()
  const keys = await KeyRingFile.open({ path: keyFilePath(home), node: name, now, log })
  const file = join(home, 'cluster', 'cluster.json')
  const openIdentity = () => openNodeIdentity({ skeinHome: home, now })
  const runtime = new ClusterRuntime({
    settings: {
      name,
      platform: { os: 'linux', arch: 'x64', accelerator: 'cpu' },
      listenHost: '127.0.0.1',
      linkPort: 0,
      usesMulticast: false,
      peers: [],
    },
    openIdentity,
    createNetwork: async () => new Libp2pPeerNetwork({ identity: await openIdentity(), log }),
    openDoor: () => Promise.resolve({ dataPort: 1, certificate: 'PEM', close: () => Promise.resolve() }),
    saved: {
      read: () => readClusterFile(file),
      write: (cluster) => writeClusterFile(file, cluster),
      remove: () => Promise.resolve(rmSync(file)),
    },
    keys,
    ownAddresses: () => ['127.0.0.1'],
    askWho: () => Promise.resolve(undefined),
    createSecret: () => crypto.getRandomValues(new Uint8Array(32)),
    createId: () => crypto.randomUUID(),
    clock: systemClock,
    now,
    random: () => Math.random(),
    log,
  })
  runtimes.push(runtime)
  await runtime.start()
  return { name, home, runtime, keys }
}

const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'skein-runtime-'))
  homes.push(home)
  return home
}

/** What `skein invite` and `skein join` end in. */
export const joinNode = async (host: RuntimeOnLoopback, guest: RuntimeOnLoopback): Promise<void> => {
  await host.runtime.open()
  const { nodeId } = await openNodeIdentity({ skeinHome: guest.home, now: () => Date.now() })
  await guest.runtime.enter(await host.runtime.admit({ nodeId, name: guest.name }))
}

export const stopRuntimes = async (): Promise<void> => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.stop()))
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
}
