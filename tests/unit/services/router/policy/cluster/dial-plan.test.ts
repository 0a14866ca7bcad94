import { expect, test } from 'bun:test'
import { DEFAULT_CLUSTER_RULES } from '@service/router/policy/cluster/cluster-rules.ts'
import { DialPlan } from '@service/router/policy/cluster/dial-plan.ts'
import { nodeIdOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

const NODE = nodeIdOf(1)
const WANTED = [{ nodeId: NODE, yields: false }]
const createPlan = (random = 0.999_999) => new DialPlan(DEFAULT_CLUSTER_RULES, () => random)

/** When a node that never answers is dialled within so long. */
const dialsWithin = (plan: DialPlan, untilMs: number): readonly number[] => {
  const dials: number[] = []
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 10) {
    if (plan.due(WANTED, nowMs).length === 0) continue
    dials.push(nowMs)
    plan.onFailed(NODE, nowMs)
  }
  return dials
}

test('a node that does not answer is tried ever more seldom, and at least every five seconds', () => {
  const dials = dialsWithin(createPlan(), 30_000)
  const pauses = dials.slice(1).map((atMs, at) => atMs - dials[at]!)
  expect(pauses.slice(0, 6)).toEqual([250, 500, 1000, 2000, 4000, 5000])
  expect(new Set(pauses.slice(6))).toEqual(new Set([5000]))
})

test('chance shortens a pause by up to a half', () => {
  expect(dialsWithin(createPlan(0), 1000)).toEqual([0, 130, 380, 880])
})

test('the node with the greater id lets the other one try first', () => {
  const plan = createPlan()
  const yielding = [{ nodeId: NODE, yields: true }]
  expect([plan.due(yielding, 0), plan.due(yielding, 149), plan.due(yielding, 150)]).toEqual([[], [], [NODE]])
})

test('a node is not dialled twice at the same time, and eight are at once', () => {
  const plan = createPlan()
  const many = Array.from({ length: 20 }, (_, at) => ({ nodeId: nodeIdOf(at), yields: false }))
  const first = plan.due(many, 0)
  expect(first).toHaveLength(8)
  expect(plan.due(many, 10)).toEqual([])
  plan.onFailed(first[0]!, 20)
  expect(plan.due(many, 20)).toEqual([nodeIdOf(8)])
})

test('a new reason begins back-off anew; a storm of reasons makes no storm of dials', () => {
  const plan = createPlan()
  dialsWithin(plan, 20_000)
  let dials = 0
  for (let nowMs = 20_000; nowMs < 21_000; nowMs += 10) {
    plan.wake(NODE, nowMs)
    if (plan.due(WANTED, nowMs).length === 0) continue
    dials += 1
    plan.onFailed(NODE, nowMs)
  }
  expect(dials).toBeGreaterThanOrEqual(2)
  expect(dials).toBeLessThanOrEqual(5)
})

test('a link that ends at once is no better than none; after one that lasted, back-off begins anew', () => {
  const plan = createPlan()
  let nowMs = 0
  const nextDial = (): number => {
    const fromMs = nowMs
    while (plan.due(WANTED, nowMs).length === 0) nowMs += 10
    return nowMs - fromMs
  }
  nextDial()
  const pauses = [10, 10, 10, 6000].map((livedMs) => {
    plan.onLink(NODE, nowMs)
    plan.onLinkDown(NODE, livedMs, nowMs)
    return nextDial()
  })
  expect(pauses).toEqual([250, 500, 1000, 250])
})

test('a dial of which nothing is heard counts as failed after a while', () => {
  const plan = createPlan()
  plan.due(WANTED, 0)
  expect(plan.due(WANTED, 19_999)).toEqual([])
  plan.due(WANTED, 20_000)
  expect(plan.due(WANTED, 20_250)).toEqual([NODE])
})

test('a forgotten node is a new one when it comes back', () => {
  const plan = createPlan()
  dialsWithin(plan, 20_000)
  plan.forget(NODE)
  expect(plan.due(WANTED, 20_001)).toEqual([NODE])
})
