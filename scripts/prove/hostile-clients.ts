/**
 * 10,000 connections whose heads never end and 500 whose bodies never end, head bombs, deep JSON and uploads of 2 GB, while
 * somebody else asks small things of the same router: hardly slower than before, and all is given back at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '@skein/tests/support/eventually.ts'
import type { HordeFigures } from '@skein/tests/support/hostile-horde.ts'
import { processFigures } from '@skein/tests/support/process-figures.ts'
import type { BenchProcess } from '../bench/router/bench-process.ts'
import { startRouter, startUpstream } from '../bench/router/bench-servers.ts'
import type { Proof, ProofReport } from './proof.ts'

const SLOW_HEADS = 10_000
const SLOW_BODIES = 500
const EVERY_MS = 3000
const ATTACK_MS = 45_000
const QUIET_MS = 5000
/** Nobody notices that; the hostile clients work on the same processors, which alone makes small times longer. */
const UNNOTICED_MS = 8
const MOST_MEGABYTES = 512

export const proveHostileClients: Proof = async (report) => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-prove-'))
  const upstream = await startUpstream(directory)
  const router = await startRouter(directory)
  try {
    await attack(report, router)
  } finally {
    await router.stop()
    await upstream.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

const attack = async (report: ProofReport, router: BenchProcess): Promise<void> => {
  await askFor(router, QUIET_MS / 2)
  const quiet = await askFor(router, QUIET_MS)
  const before = processFigures(router.processId)
  const horde = startHordeProcess(router)
  await eventually(
    'all of them are connected',
    () => processFigures(router.processId).openFiles > (SLOW_HEADS + SLOW_BODIES) * 0.9,
    30_000,
  )
  const besieged = await askFor(router, ATTACK_MS, (done) => report.progress(done, ATTACK_MS / 1000))
  const during = processFigures(router.processId)
  await horde.stop()
  await eventually(
    'their connections are gone',
    () => processFigures(router.processId).openFiles <= before.openFiles + 8,
    30_000,
  )
  const after = processFigures(router.processId)
  tell(report, { quiet, besieged, figures: horde.figures(), memory: [before, during, after] })
  report.check('all small requests were answered', quiet.failed + besieged.failed === 0)
  report.check(
    `at the 95th percentile they took at most twice as long, or ${UNNOTICED_MS} ms`,
    besieged.p95Ms <= Math.max(quiet.p95Ms * 2, UNNOTICED_MS),
  )
  report.check('memory is bounded', besieged.mostMegabytes < MOST_MEGABYTES)
  report.check('descriptors are as they were', after.openFiles <= before.openFiles + 8)
}

interface Asked {
  readonly count: number
  readonly failed: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly mostMegabytes: number
  readonly mostOpenFiles: number
}

/** One client, one request after the other: every other one a chat. */
const askFor = async (
  router: BenchProcess,
  forMs: number,
  onSecond?: (second: number) => void,
): Promise<Asked> => {
  const url = `http://127.0.0.1:${router.port}`
  const body = JSON.stringify({ model: 'bench', messages: [] })
  const times: number[] = []
  let failed = 0
  const most = { megabytes: 0, openFiles: 0 }
  const startedAt = performance.now()
  let second = 0
  while (performance.now() - startedAt < forMs) {
    const askedAt = performance.now()
    const reply =
      times.length % 2 === 0
        ? fetch(`${url}/health`)
        : fetch(`${url}/v1/chat/completions`, { method: 'POST', body })
    const isGood = await reply.then(
      async (got) => (await got.arrayBuffer()).byteLength > 0 && got.ok,
      () => false,
    )
    if (!isGood) failed += 1
    times.push(performance.now() - askedAt)
    if ((performance.now() - startedAt) / 1000 > second) {
      onSecond?.((second += 1))
      const { openFiles, residentMegabytes } = processFigures(router.processId)
      most.megabytes = Math.max(most.megabytes, residentMegabytes)
      most.openFiles = Math.max(most.openFiles, openFiles)
    }
    await Bun.sleep(2)
  }
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return {
    count: times.length,
    failed,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    mostMegabytes: most.megabytes,
    mostOpenFiles: most.openFiles,
  }
}

const startHordeProcess = ({ port }: BenchProcess) => {
  let last = '{}'
  const child = startChildProcess({
    command: [
      process.execPath,
      join(import.meta.dir, 'hostile-horde-process.ts'),
      ...[port, SLOW_HEADS, SLOW_BODIES, EVERY_MS].map(String),
    ],
    environment: { PATH: Bun.env['PATH'], HOME: Bun.env['HOME'] },
    onLine: (line) => void (last = line),
  })
  // Our own process wrote the line.
  return { figures: () => JSON.parse(last) as HordeFigures, stop: () => child.stop(5000) }
}

const tell = (
  report: ProofReport,
  seen: {
    readonly quiet: Asked
    readonly besieged: Asked
    readonly figures: HordeFigures
    readonly memory: readonly ReturnType<typeof processFigures>[]
  },
): void => {
  const { besieged, figures, memory, quiet } = seen
  const times = ({ count, p50Ms, p95Ms }: Asked): string =>
    `${count} requests, p50 ${p50Ms.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms`
  report.figure('before', times(quiet))
  report.figure('meanwhile', times(besieged))
  report.figure(
    'hostile',
    `${figures.opened} connections, ${figures.ended} ended by the router, ${figures.refused} not accepted; ${figures.headBombs} head bombs, ${figures.deepBodies} deep bodies, ${figures.uploads} uploads of 2 GB of which ${(figures.uploadedBytes / 1e6).toFixed(0)} MB were sent`,
  )
  report.figure('their replies', JSON.stringify(figures.statuses))
  report.figure(
    'router, before, meanwhile, after',
    memory.map((one) => `${one.residentMegabytes.toFixed(0)} MB ${one.openFiles} descriptors`).join(', '),
  )
  report.figure('at most', `${besieged.mostMegabytes.toFixed(0)} MB, ${besieged.mostOpenFiles} descriptors`)
}
