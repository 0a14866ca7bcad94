import { afterAll, beforeAll, expect, test } from 'bun:test'
import { disconnectStorm } from '../support/disconnect-storm.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'

let node: RunningNode

beforeAll(async () => {
  node = await startNode({ models: { endless: 'endless', slow: 'random-deep' } })
}, 60_000)

afterAll(() => node.stop(), 60_000)

test('sixty clients disconnect before, during prefill and in mid-stream; every engine falls quiet, nothing leaks', async () => {
  const figures = await disconnectStorm(node, {
    clients: 60,
    wave: 6,
    endlessModel: 'endless',
    slowModel: 'slow',
    slowPrompt: 'the quick brown fox '.repeat(100),
  })
  for (const [name, late] of Object.entries(figures.late)) {
    expect([name, late.openFiles]).toEqual([name, expect.any(Number)])
    expect(late.openFiles).toBeLessThanOrEqual((figures.early[name]?.openFiles ?? 0) + 8)
  }
}, 90_000)
