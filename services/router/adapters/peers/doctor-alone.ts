import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createLoneNode } from '../../features/cluster/lone-node.ts'
import { DoctorDesk } from '../../features/doctor/doctor-desk.ts'
import { PeerUnreachable } from '../../features/other-nodes/peer-transport.ts'
import type { OwnPort } from '../../policy/doctor/doctor-evidence.ts'
import { openDoctorNetwork } from '../doctor/doctor-network.ts'
import { searchLan } from './doctor-search.ts'
import { createPairingClient } from '../pairing/pairing-client.ts'

/** The doctor of a machine on which no node runs. */
export const openDoctorAlone = (ports: readonly OwnPort[], usesMulticast: boolean): DoctorDesk =>
  new DoctorDesk({
    view: createLoneNode('this machine'),
    network: openDoctorNetwork(),
    peers: {
      send: (nodeId) => Promise.reject(new PeerUnreachable(nodeId, new Error('No node runs here'))),
    },
    hello: createPairingClient().hello,
    addressesOf: () => [],
    clusterTag: () => undefined,
    look: (withinMs) =>
      usesMulticast ? searchLan(createLog('doctor', 'silent'), withinMs) : Promise.resolve([]),
    refusals: () => [],
    ownPorts: () => ports,
    isDoorOpen: () => false,
    usesMulticast,
    version: SKEIN_VERSION,
    clock: {
      now: () => performance.now(),
      after(delayMs, callback) {
        const timer = setTimeout(callback, delayMs)
        return () => clearTimeout(timer)
      },
    },
    now: () => Date.now(),
  })
