#!/usr/bin/env bun
/** Shows what CI only samples, at full size: `bun prove [name …]`. */
import { proveBodies } from './bodies.ts'
import { proveClusterKill } from './cluster-kill.ts'
import { proveClusterFaults } from './cluster-faults.ts'
import { proveDisconnects } from './disconnects.ts'
import { proveFairness } from './fairness.ts'
import { proveHostileClients } from './hostile-clients.ts'
import { provePatience } from './patience.ts'
import type { Proof, ProofReport } from './proof.ts'
import { proveQueue } from './queue.ts'
import { proveRouterDisconnects } from './router-disconnects.ts'
import { proveSchemas } from './schemas.ts'
import { proveSimulation } from './simulation.ts'

const PROOFS: Readonly<Record<string, { readonly proof: Proof; readonly claim: string }>> = {
  bodies: {
    proof: proveBodies,
    claim: '10,000 changed bodies: none answered with a 500, none hangs (a minute)',
  },
  'cluster-kill': {
    proof: proveClusterKill,
    claim:
      'a node is killed under 200 chats, twenty times: who had got nothing is answered by another one, nothing hangs or leaks (minutes)',
  },
  'cluster-faults': {
    proof: proveClusterFaults,
    claim: 'nodes find each other again after cuts of 30 s, and restarts in turn fail no request (4 minutes)',
  },
  disconnects: {
    proof: proveDisconnects,
    claim: '2,000 clients disconnect: engines stop within 1 s, nothing leaks (minutes)',
  },
  'router-disconnects': {
    proof: proveRouterDisconnects(100_000),
    claim: '100,000 clients leave the router alone: no slot, stream, descriptor or memory stays (minutes)',
  },
  'hostile-clients': {
    proof: proveHostileClients,
    claim:
      '10,000 slow connections, bombs and uploads without end: others hardly notice, nothing leaks (a minute)',
  },
  queue: { proof: proveQueue, claim: '1,000 requests at once: all served (a minute)' },
  schemas: {
    proof: proveSchemas,
    claim: '200 JSON schemas: valid whenever the answer ends by itself (minutes)',
  },
  simulation: {
    proof: proveSimulation,
    claim: 'the cluster holds together in 2,000 stories of cuts, crashes, hangs and removals (half an hour)',
  },
  fairness: {
    proof: proveFairness,
    claim:
      'the queue is fair in twenty loads of 10,000 requests: no starvation, equal shares, true estimates (seconds)',
  },
  patience: { proof: provePatience, claim: 'a 45 s wait in the queue and a 30 s load both succeed (90 s)' },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in PROOFS))
if (asked.includes('--help') || unknown.length > 0) {
  console.log('bun prove [name …]    without a name: all of them\n')
  for (const [name, { claim }] of Object.entries(PROOFS)) console.log(`  ${name.padEnd(14)} ${claim}`)
  process.exit(asked.includes('--help') ? 0 : 2)
}

let failed = 0
const report: ProofReport = {
  figure: (what, value) => console.log(`  ${what}: ${value}`),
  check(claim, holds) {
    if (!holds) failed += 1
    console.log(`  ${holds ? 'holds' : 'DOES NOT HOLD'}: ${claim}`)
  },
  progress(done, of) {
    if (process.stderr.isTTY) process.stderr.write(`\r  ${done}/${of} `)
  },
}
for (const [name, { proof, claim }] of Object.entries(PROOFS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`${name}: ${claim}`)
  await proof(report)
}
process.exit(failed === 0 ? 0 : 1)
