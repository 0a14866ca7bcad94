/** 10,000 changed bodies at every route of the chat service: no 500, no hang, no inside of the program in an answer. */
import { runFuzz } from '@skein/tests/support/fuzz/run-fuzz.ts'
import type { Proof } from './proof.ts'

const CASES = 10_000
const SEED = 7

export const proveBodies: Proof = async (report) => {
  const startedAt = performance.now()
  const { failures, statuses } = await runFuzz({ cases: CASES, seed: SEED }, (done) => {
    if (done % 500 === 0) report.progress(done, CASES)
  })
  report.figure('time', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  const counts = [...statuses].toSorted(([left], [right]) => left - right)
  report.figure('statuses', counts.map(([status, count]) => `${status}: ${count}`).join(', '))
  for (const failure of failures.slice(0, 10)) report.figure('failed', failure)
  report.check('every body was answered, none with a 500', failures.length === 0)
}
