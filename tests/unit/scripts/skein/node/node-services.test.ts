import { expect, test } from 'bun:test'
import type { ServiceName } from '@shared/contracts/service-name.ts'
import { DEFAULT_SUPERVISION_TIMING } from '@shared/process/supervision-timing.ts'
import { NodeServices } from '../../../../../scripts/skein/node/node-services.ts'
import { SERVICE_PLAN } from '../../../../../scripts/skein/node/service-plan.ts'
import { createManualClock, settled } from '../../../../support/manual-clock.ts'
import { createScriptedChild } from '../../../shared/process/scripted-child.ts'
import type { ScriptedChild } from '../../../shared/process/scripted-child.ts'

const tell = () => {
  const clock = createManualClock()
  const story: string[] = []
  const answering = new Set<ServiceName>()
  const children = new Map<ServiceName, ScriptedChild>()
  const services = new NodeServices({
    plan: SERVICE_PLAN,
    startChild(service, onLine) {
      story.push(`${service} starts`)
      const scripted = createScriptedChild(1, onLine)
      children.set(service, scripted)
      const { stop } = scripted.child
      return {
        ...scripted.child,
        stop(graceMs) {
          story.push(`${service} is asked to end within ${graceMs} ms`)
          return stop(graceMs)
        },
      }
    },
    probe: (service) => (answering.has(service) ? Promise.resolve() : Promise.reject(new Error('not yet'))),
    onLine: () => undefined,
    onEvent: () => undefined,
    timing: { ...DEFAULT_SUPERVISION_TIMING, giveUpAfterFailures: 2 },
    clock,
  })
  const answer = async (service: ServiceName): Promise<void> => {
    answering.add(service)
    await clock.advance(100)
  }
  const end = async (service: ServiceName, code: number): Promise<void> => {
    children.get(service)?.end({ code, signal: null })
    await settled()
  }
  return { services, clock, story, answer, end }
}

test('starts side by side what can be, and the rest when what it needs answers', async () => {
  const { services, clock, story, answer } = tell()
  const started = services.start()
  await clock.advance(0)
  expect(story).toEqual(['model-store starts', 'router starts'])
  await answer('model-store')
  expect(story.at(-1)).toBe('chat starts')
  await answer('router')
  await answer('chat')
  await started
  expect(services.records().map(({ name, state }) => [name, state])).toEqual([
    ['model-store', 'ready'],
    ['chat', 'ready'],
    ['router', 'ready'],
  ])
})

test('stops the door first and what others need last, each when the one before is gone', async () => {
  const { services, clock, story, answer, end } = tell()
  const started = services.start()
  await clock.advance(0)
  for (const service of ['model-store', 'router', 'chat'] as const) await answer(service)
  await started
  story.length = 0
  const stopped = services.stop()
  await settled()
  expect(story).toEqual(['router is asked to end within 25000 ms'])
  await end('router', 0)
  expect(story.at(-1)).toBe('chat is asked to end within 25000 ms')
  await end('chat', 0)
  expect(story.at(-1)).toBe('model-store is asked to end within 25000 ms')
  await end('model-store', 0)
  await stopped
})

test('in a hurry it ends all at the same time, also those whose turn had not come', async () => {
  const { services, clock, story, answer, end } = tell()
  const started = services.start()
  await clock.advance(0)
  for (const service of ['model-store', 'router', 'chat'] as const) await answer(service)
  await started
  const stopped = services.stop()
  await settled()
  story.length = 0
  const hurried = services.stopAtOnce()
  await settled()
  expect(story.toSorted()).toEqual([
    'chat is asked to end within 1000 ms',
    'model-store is asked to end within 1000 ms',
    'router is asked to end within 1000 ms',
  ])
  for (const service of ['model-store', 'router', 'chat'] as const) await end(service, 0)
  await Promise.all([stopped, hurried])
})

test('a service that never answers fails the start and names itself; what needs it is not started', async () => {
  const { services, clock, story, end } = tell()
  const started = services.start().catch((error: unknown) => error)
  await clock.advance(0)
  await end('model-store', 1)
  await clock.advance(250)
  await end('model-store', 1)
  expect(String(await started)).toContain('The model-store service cannot be started.')
  expect(story).not.toContain('chat starts')
  expect(services.records()[0]).toMatchObject({ state: 'failed', lastFailure: 'ended with exit code 1' })
})
