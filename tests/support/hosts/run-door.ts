import { LanDoorAdvertisement } from '@service/router/adapters/lan/lan-door.ts'
import { parseNodeId } from '@service/router/policy/cluster/node-id.ts'
import { createLog } from '@shared/log/create-log.ts'

/** Tells the network of a public door at port 8080 until its standard input ends. */
const nodeId = parseNodeId(process.argv[2] ?? '')
if (nodeId === undefined) throw new Error('An id of a node is needed')
const door = { nodeId, port: 8080, version: '1.2.3' }
const advertisement = new LanDoorAdvertisement({
  log: createLog('door', 'silent'),
  door,
  listenHost: process.argv[3] ?? '0.0.0.0',
})
await advertisement.start()
process.stdout.write('ready\n')
await Bun.stdin.text()
await advertisement.stop()
