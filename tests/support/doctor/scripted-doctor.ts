import { DoctorDesk } from '@service/router/features/doctor/doctor-desk.ts'
import type { DoctorDeskPorts } from '@service/router/features/doctor/doctor-desk.ts'
import type { DoctorNetwork } from '@service/router/features/doctor/doctor-ports.ts'
import type { Hello } from '@service/router/features/joining/pairing-messages.ts'
import { clusterNodeFor } from '../placement-simulation/cluster-node-for.ts'
import { SimulatedView } from '../placement-simulation/simulated-view.ts'

export const DOCTOR_NODES = [1, 2].map((number) => clusterNodeFor(number, number === 1))
const [, other] = DOCTOR_NODES
export const OTHER_HOST = '192.168.1.5'
export const TAG = 'aaaa1111'

export const helloOf = (changes: Partial<Hello> = {}): Hello => ({
  protocolVersion: 1,
  nodeId: other!.nodeId,
  clock: 1_000_000,
  clusterTag: TAG,
  isInviting: false,
  invitationTag: null,
  certificate: '',
  linkPort: 8082,
  ...changes,
})

/** A network in which everything answers, and nothing is known of cards and routers. */
export const openNetwork = (changes: Partial<DoctorNetwork> = {}): DoctorNetwork => ({
  networks: () => [{ name: 'eth0', address: '192.168.1.2/24' }],
  placeOf: (host) => (host.startsWith('192.168.1.') ? 'neighbour' : 'elsewhere'),
  gateway: () => Promise.resolve(undefined),
  cards: () => Promise.resolve(new Map()),
  resolve: (host) => Promise.resolve([host]),
  probe: () => Promise.resolve('connected'),
  ...changes,
})

/** The doctor of a node in a cluster of two, where all is well unless the test says otherwise. */
export const scriptedDoctor = (changes: Partial<DoctorDeskPorts> = {}): DoctorDesk =>
  new DoctorDesk({
    view: new SimulatedView(DOCTOR_NODES),
    network: openNetwork(),
    addressesOf: () => [{ host: OTHER_HOST, dataPort: 8081, linkPort: 8082 }],
    clusterTag: () => TAG,
    hello: () => Promise.resolve(helloOf()),
    look: () =>
      Promise.resolve([
        { nodeId: other!.nodeId, host: OTHER_HOST, linkPort: 8082, dataPort: 8081, isInviting: false },
      ]),
    refusals: () => [],
    ownPorts: () => [],
    isDoorOpen: () => true,
    usesMulticast: true,
    version: '1.0.0',
    clock: { now: () => 0, after: () => () => undefined },
    now: () => 1_000_000,
    peers: { send: () => Promise.reject(new Error('Nobody is asked here')) },
    ...changes,
  })
