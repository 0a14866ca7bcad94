#!/usr/bin/env bun
/** Speed and memory as ratios to a named baseline of the same run: `bun bench [name …] [--llama-server PATH]`. */
import { parseArgs } from 'node:util'
import { printMachine } from './bench-report.ts'
import { benchClusterTimes } from './cluster-times.ts'
import { benchClusterMetrics } from './merge-cluster-metrics.ts'
import { benchDialectCost } from './dialects/dialect-cost.ts'
import { benchEngineThroughput } from './engine-throughput.ts'
import { benchFirstToken } from './first-token.ts'
import { benchFollowPeers } from './follow-peers.ts'
import { benchMemory } from './memory.ts'
import { benchRemoteHop } from './remote-hop/remote-hop.ts'
import { benchPlacement } from './placement/decision-cost.ts'
import { benchPrefixTrace } from './placement/prefix-trace.ts'
import { benchRouterOverhead } from './router/router-overhead.ts'
import { benchStreamMemory } from './router/stream-memory.ts'
import { benchStart } from './start-to-first-token.ts'

interface Bench {
  readonly what: string
  /** Null: needs no llama-server to hold against. */
  readonly run: ((llamaServerPath: string) => Promise<void>) | (() => Promise<void>)
  readonly needsLlamaServer: boolean
}

const BENCHES: Readonly<Record<string, Bench>> = {
  'cluster-metrics': {
    what: 'the figures of 16 nodes on one page',
    run: benchClusterMetrics,
    needsLlamaServer: false,
  },
  'cluster-times': {
    what: 'a node joins, crashes, hangs: how soon the others know (two minutes)',
    run: benchClusterTimes,
    needsLlamaServer: false,
  },
  dialects: {
    what: 'each dialect’s cost of a token, against the bare events',
    run: benchDialectCost,
    needsLlamaServer: false,
  },
  engine: {
    what: 'tokens/s through Skein against llama-server',
    run: benchEngineThroughput,
    needsLlamaServer: true,
  },
  'first-token': {
    what: 'time to first token: cold, warm, prefix reused',
    run: benchFirstToken,
    needsLlamaServer: true,
  },
  'follow-peers': {
    what: 'what it costs a node to follow 64 others',
    run: benchFollowPeers,
    needsLlamaServer: false,
  },
  memory: { what: 'resident memory of each process', run: benchMemory, needsLlamaServer: true },
  'remote-hop': {
    what: 'one hop to another node, against a plain HTTP proxy',
    run: benchRemoteHop,
    needsLlamaServer: false,
  },
  placement: {
    what: 'choosing a node: µs and memory at 16 nodes with 100,000 prefixes each',
    run: benchPlacement,
    needsLlamaServer: false,
  },
  'prefix-trace': {
    what: 'simulated clusters: what the choice of a node does to the first token',
    run: benchPrefixTrace,
    needsLlamaServer: false,
  },
  router: {
    what: 'the router against nginx, a bare proxy and no proxy',
    run: benchRouterOverhead,
    needsLlamaServer: false,
  },
  'router-streams': {
    what: 'the router’s memory with 2,000 streams',
    run: benchStreamMemory,
    needsLlamaServer: false,
  },
  start: { what: 'skein up to the first token', run: benchStart, needsLlamaServer: false },
}

const { positionals, values } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { 'llama-server': { type: 'string' }, help: { type: 'boolean' } },
})
const llamaServer = values['llama-server'] ?? Bun.which('llama-server')
if (values.help === true || positionals.some((name) => !(name in BENCHES))) {
  console.log('bun bench [name …] [--llama-server PATH]    without a name: all of them\n')
  for (const [name, { what }] of Object.entries(BENCHES)) console.log(`  ${name.padEnd(14)} ${what}`)
  process.exit(values.help === true ? 0 : 2)
}
printMachine()
for (const [name, { needsLlamaServer, run }] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  if (needsLlamaServer && llamaServer === null) {
    console.log(
      `\n${name}: skipped, no llama-server to hold against. skein backends build llama-server, then --llama-server PATH.`,
    )
    continue
  }
  await run(llamaServer ?? '')
}
