/** A program on a host of a test's local network: a node whose owner asks it at port 8080 of its loopback. */
import { serveClusterDoor } from './cluster-door.ts'
import { openRealNode } from './real-node.ts'

const [name = 'node'] = process.argv.slice(2)
const node = openRealNode({ name, isOnLan: true })
serveClusterDoor({ ...node.pairing, desk: node.runtime }, node.runtime, 8080)
process.stdout.write('ready\n')
