/**
 * A program on a host of a test's local network: a node with a doctor, whose owner asks it at port 8080 of its loopback.
 * Its clock goes wrong by `CLOCK_OFFSET_MS`.
 */
import { openDoctorDesk } from '@service/router/adapters/doctor/doctor-open.ts'
import { doctorPlugin } from '@service/router/features/doctor/doctor-plugin.ts'
import { bytesControl, findPeerControl } from '@service/router/features/peer-door/peer-controls.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createClusterDoor } from '../joining/cluster-door.ts'
import { openRealNode } from '../joining/real-node.ts'

const [name = 'node'] = process.argv.slice(2)
const rightNow = Date.now
const offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? 0)
Date.now = () => rightNow() + offsetMs

const node = openRealNode({
  name,
  isOnLan: true,
  member: async (request, arrival) =>
    findPeerControl([bytesControl, doctor.meter.control], request, new URL(request.url).pathname).answer(
      request,
      arrival,
    ),
})
const { pairing, peers, runtime } = node
const doctor = openDoctorDesk({
  runtime,
  peers,
  settings: { listenHost: '0.0.0.0', linkPort: 8082, dataPort: 8081, usesMulticast: true },
  isDoorOpen: () => false,
  clock: {
    now: () => performance.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  },
  log: createLog('test', 'silent'),
})
setInterval(() => runtime.announce('links', doctor.links()), 500)
const app = createClusterDoor({ ...pairing, desk: runtime }, runtime).use(doctorPlugin(doctor))
Bun.serve({ hostname: '127.0.0.1', port: 8080, idleTimeout: 0, fetch: (request) => app.handle(request) })
process.stdout.write('ready\n')
