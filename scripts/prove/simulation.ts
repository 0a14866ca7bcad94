/** The cluster in virtual time: thousands of stories full of faults, with up to 64 nodes; CI sees a few small ones. */
import { describeFailure, playStory } from '@skein/tests/support/cluster-simulation/random-story.ts'
import type { Proof } from './proof.ts'

const STORIES = 2000
const SHOWN_FAILURES = 5

/** `SIMULATION_SEED=17 SIMULATION_NODES=8 bun prove simulation` plays that story alone; else the seed decides how many. */
const seeds = (): readonly number[] => {
  const only = process.env['SIMULATION_SEED']
  return only === undefined ? Array.from({ length: STORIES }, (_, at) => at + 1) : [Number(only)]
}

export const proveSimulation: Proof = async (report) => {
  const played = seeds()
  const startedAt = performance.now()
  const nodes = process.env['SIMULATION_NODES']
  let frames = 0
  let virtualMs = 0
  let failed = 0
  for (const [at, seed] of played.entries()) {
    const story = playStory({ seed, ...(nodes === undefined ? {} : { nodes: Number(nodes) }) })
    frames += story.frames
    virtualMs += story.virtualMs
    report.progress(at + 1, played.length)
    if (story.complaints.length === 0) continue
    failed += 1
    if (failed <= SHOWN_FAILURES) console.log(describeFailure(story))
  }
  report.figure('time', `${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  report.figure('virtual time', `${(virtualMs / 3_600_000).toFixed(0)} h`)
  report.figure('frames', frames.toLocaleString('en'))
  report.check(
    `in ${played.length} stories all nodes come to the same, and nothing is seen too late or in vain`,
    failed === 0,
  )
}
