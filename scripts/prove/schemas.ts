/** 200 JSON schemas, written by a real engine with random weights: valid every time the answer ends by itself. */
import { JSON_SCHEMAS } from '@skein/tests/support/json-schemas/all-schemas.ts'
import { writeSchemas } from '@skein/tests/support/json-schemas/write-schemas.ts'
import type { Proof } from './proof.ts'

const SEEDS = 3

export const proveSchemas: Proof = async (report) => {
  const startedAt = performance.now()
  const answers = JSON_SCHEMAS.length * SEEDS
  const { cut, failures, stopped } = await writeSchemas(JSON_SCHEMAS, {
    seeds: SEEDS,
    onDone: (done) => {
      if (done % 20 === 0) report.progress(done, answers)
    },
  })
  report.figure('time', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  report.figure('answers that ended by themselves', `${stopped} of ${answers}`)
  report.figure('answers that the token budget ended', String(cut))
  for (const failure of failures.slice(0, 10)) report.figure('not valid', failure)
  report.check('there are 200 schemas', JSON_SCHEMAS.length === 200)
  report.check('every answer that ended by itself is valid', failures.length === 0)
  report.check('most answers ended by themselves', stopped > answers / 2)
}
