/** 2,000 clients that disconnect (before the answer, while the prompt is read, in mid-stream): every engine stops within 1 s. */
import { disconnectStorm } from '@skein/tests/support/disconnect-storm.ts'
import { startNode } from '@skein/tests/support/running-node.ts'
import type { Proof } from './proof.ts'

const CLIENTS = 2000

export const proveDisconnects: Proof = async (report) => {
  const node = await startNode({
    models: { endless: 'endless', slow: 'random-deep' },
    environment: { SKEIN_LOG_LEVEL: 'warn', CHAT_KEEP_ALIVE_MS: '-1' },
  })
  try {
    const figures = await disconnectStorm(node, {
      clients: CLIENTS,
      wave: 8,
      endlessModel: 'endless',
      slowModel: 'slow',
      slowPrompt: 'the quick brown fox '.repeat(100),
      onWave: (done) => report.progress(done, CLIENTS),
    })
    report.figure('slowest stop', `${figures.slowestStopMs.toFixed(0)} ms`)
    report.check('every engine stopped within 1 s', figures.slowestStopMs < 1000)
    for (const [name, late] of Object.entries(figures.late)) {
      const early = figures.early[name] ?? late
      report.figure(
        name,
        `${early.residentMegabytes.toFixed(0)} → ${late.residentMegabytes.toFixed(0)} MB, ${early.openFiles} → ${late.openFiles} descriptors`,
      )
      report.check(`${name}: descriptors flat`, late.openFiles <= early.openFiles + 8)
      report.check(`${name}: memory flat`, late.residentMegabytes <= early.residentMegabytes * 1.25 + 20)
    }
  } finally {
    await node.stop()
  }
}
