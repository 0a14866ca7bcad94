/** From `skein up` to the first token of the test model, against the bare start of Bun on this machine. */
import { startNode } from '@skein/tests/support/running-node.ts'
import { printReport } from './bench-report.ts'
import { streamCompletion } from './stream-completion.ts'

const ROUNDS = 5
const BASELINE = 'bun -e 0'

export const benchStart = async (): Promise<void> => {
  const bare: number[] = []
  const firstToken: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareAt = performance.now()
    await Bun.spawn([process.execPath, '-e', '0']).exited
    bare.push(performance.now() - bareAt)
    const startedAt = performance.now()
    const node = await startNode()
    await streamCompletion(node.url, { model: 'known-answer', prompt: 'hello', maxTokens: 1 })
    firstToken.push(performance.now() - startedAt)
    await node.stop()
  }
  printReport({
    title: 'Start of a node to its first token',
    unit: 'ms',
    baseline: BASELINE,
    better: 'less',
    rows: [{ what: 'skein up, then a request', values: { [BASELINE]: bare, skein: firstToken } }],
  })
}
