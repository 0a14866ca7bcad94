import { expect, test } from 'bun:test'
import { SupervisedProcess } from '@shared/process/supervised-process.ts'
import type { SupervisionEvent } from '@shared/process/supervision-event.ts'
import type { SupervisionTiming } from '@shared/process/supervision-timing.ts'
import { createManualClock } from '../../../support/manual-clock.ts'
import { createScriptedChild } from './scripted-child.ts'
import type { ScriptedChild } from './scripted-child.ts'

const TIMING: SupervisionTiming = {
  readyWithinMs: 10_000,
  startProbeEveryMs: 100,
  probeEveryMs: 3000,
  probeTimeoutMs: 1000,
  hungAfterProbes: 3,
  giveUpAfterFailures: Number.POSITIVE_INFINITY,
}

/** One supervised child, told as a story: what it does, what the clock does, what was reported. */
const tell = (timing: Partial<SupervisionTiming> = {}) => {
  const clock = createManualClock()
  const children: ScriptedChild[] = []
  const events: SupervisionEvent[] = []
  const lines: string[] = []
  const world: { probe: 'answers' | 'refuses' | 'hangs'; startFailure: Error | undefined } = {
    probe: 'refuses',
    startFailure: undefined,
  }
  const supervised = new SupervisedProcess({
    startChild(onLine) {
      if (world.startFailure !== undefined) throw world.startFailure
      const child = createScriptedChild(100 + children.length, onLine)
      children.push(child)
      return child.child
    },
    probe(signal) {
      if (world.probe === 'answers') return Promise.resolve()
      if (world.probe === 'refuses') return Promise.reject(new Error('refused'))
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('too late'))))
    },
    timing: { ...TIMING, ...timing },
    clock,
    onLine: (line) => void lines.push(line),
    onEvent: (event) => void events.push(event),
  })
  return {
    supervised,
    clock,
    world,
    events,
    lines,
    children,
    get child(): ScriptedChild {
      return children.at(-1)!
    },
    states: () => events.flatMap((event) => (event.type === 'state-change' ? [event.state] : [])),
    failures: () => events.flatMap((event) => (event.type === 'failure' ? [event] : [])),
  }
}

const becomeReady = async (story: ReturnType<typeof tell>): Promise<void> => {
  story.world.probe = 'answers'
  story.supervised.start()
  await story.clock.advance(200)
}

const crash = async (story: ReturnType<typeof tell>): Promise<void> => {
  story.child.end({ code: 1, signal: null })
  await story.clock.advance(0)
}

test('is ready from the first probe that is answered', async () => {
  const story = tell()
  story.supervised.start()
  await story.clock.advance(500)
  expect(story.supervised.state).toBe('starting')
  story.world.probe = 'answers'
  await story.clock.advance(100)
  await story.supervised.firstReady
  expect(story.states()).toEqual(['starting', 'ready'])
  expect(story.supervised).toMatchObject({ state: 'ready', processId: 100, restarts: 0 })
})

test('starts a child that crashed again, and reports how it ended with its last lines', async () => {
  const story = tell()
  await becomeReady(story)
  story.child.write('loading')
  story.child.write('assertion failed')
  story.child.end({ code: null, signal: 'SIGABRT' })
  await story.clock.advance(0)
  expect(story.supervised.state).toBe('backing-off')
  expect(story.failures()).toEqual([
    {
      type: 'failure',
      reason: 'was ended by SIGABRT',
      lines: ['loading', 'assertion failed'],
      failuresInARow: 1,
      retryInMs: 250,
    },
  ])
  await story.clock.advance(250)
  await story.clock.advance(100)
  expect(story.supervised).toMatchObject({ state: 'ready', processId: 101, restarts: 1 })
  expect(story.lines).toEqual(['loading', 'assertion failed'])
})

test('an exit code of 0 is a failure as well, for a child that is meant to run', async () => {
  const story = tell()
  await becomeReady(story)
  story.child.end({ code: 0, signal: null })
  await story.clock.advance(0)
  expect(story.failures()[0]?.reason).toBe('ended with exit code 0')
})

test('waits longer after each failure in a row, and briefly again after a healthy minute', async () => {
  const story = tell()
  await becomeReady(story)
  for (const expected of [250, 500, 1000]) {
    await crash(story)
    expect(story.failures().at(-1)?.retryInMs).toBe(expected)
    await story.clock.advance(expected + 100)
    expect(story.supervised.state).toBe('ready')
  }
  await story.clock.advance(60_000)
  await crash(story)
  expect(story.failures().at(-1)).toMatchObject({ failuresInARow: 1, retryInMs: 250 })
})

test('kills a child that does not answer in time after its start', async () => {
  const story = tell()
  story.supervised.start()
  await story.clock.advance(9_900)
  expect(story.child.signals).toEqual([])
  await story.clock.advance(200)
  expect(story.child.signals).toEqual(['SIGKILL'])
  expect(story.failures()[0]?.reason).toBe('did not answer within 10000 ms of its start')
})

test('kills a child that hangs, after as many failed probes as it is allowed', async () => {
  const story = tell()
  await becomeReady(story)
  story.world.probe = 'hangs'
  await story.clock.advance(2 * (3000 + 1000))
  expect(story.child.signals).toEqual([])
  await story.clock.advance(3000 + 1000)
  expect(story.children[0]?.signals).toEqual(['SIGKILL'])
  expect(story.failures()[0]?.reason).toBe('hung: 3 health checks in a row failed')
})

test('forgets failed probes when one is answered', async () => {
  const story = tell()
  await becomeReady(story)
  for (let round = 0; round < 5; round += 1) {
    story.world.probe = 'refuses'
    await story.clock.advance(6000)
    story.world.probe = 'answers'
    await story.clock.advance(3000)
  }
  expect(story.children).toHaveLength(1)
  expect(story.supervised.state).toBe('ready')
})

test('a program that cannot be started is tried again like one that crashed', async () => {
  const story = tell()
  story.world.startFailure = new Error('ENOENT: bun')
  story.supervised.start()
  await story.clock.advance(0)
  expect(story.failures()[0]).toMatchObject({
    reason: 'could not be started: ENOENT: bun',
    retryInMs: 250,
  })
  story.world.startFailure = undefined
  story.world.probe = 'answers'
  await story.clock.advance(350)
  expect(story.supervised.state).toBe('ready')
})

test('gives up on a child that was never ready, when it is told to', async () => {
  const story = tell({ giveUpAfterFailures: 2 })
  story.supervised.start()
  await crash(story)
  await story.clock.advance(250)
  await crash(story)
  await story.clock.advance(60_000)
  expect(story.children).toHaveLength(2)
  expect(story.supervised.state).toBe('failed')
  expect(story.failures().at(-1)?.retryInMs).toBeNull()
  await expect(story.supervised.firstReady).rejects.toThrow('ended with exit code 1')
  await story.supervised.stop(1000)
})

test('never gives up on a child that was ready once', async () => {
  const story = tell({ giveUpAfterFailures: 2 })
  await becomeReady(story)
  story.world.probe = 'refuses'
  for (let failure = 0; failure < 10; failure += 1) {
    await crash(story)
    await story.clock.advance(story.failures().at(-1)?.retryInMs ?? 0)
  }
  expect(story.children).toHaveLength(11)
  expect(story.supervised.state).toBe('starting')
})

test('stops a child in peace: no probe fails while it drains, no start follows', async () => {
  const story = tell()
  await becomeReady(story)
  story.world.probe = 'refuses'
  const stopped = story.supervised.stop(25_000)
  await story.clock.advance(20_000)
  expect(story.supervised.state).toBe('stopping')
  expect(story.child.signals).toEqual(['SIGTERM'])
  story.child.end({ code: 0, signal: null })
  await stopped
  await story.clock.advance(60_000)
  expect(story.states()).toEqual(['starting', 'ready', 'stopping', 'stopped'])
  expect(story.failures()).toEqual([])
  expect(story.children).toHaveLength(1)
})

test('a second stop passes the signal on again', async () => {
  const story = tell()
  await becomeReady(story)
  const first = story.supervised.stop(25_000)
  const second = story.supervised.stop(1000)
  expect(story.child.signals).toEqual(['SIGTERM', 'SIGTERM'])
  story.child.end({ code: 0, signal: null })
  await Promise.all([first, second])
})

test('stops at once while it waits for its next start', async () => {
  const story = tell()
  await becomeReady(story)
  story.child.end({ code: 1, signal: null })
  await story.clock.advance(0)
  await story.supervised.stop(1000)
  expect(story.supervised.state).toBe('stopped')
  await story.clock.advance(60_000)
  expect(story.children).toHaveLength(1)
})

test('stopped before it was ready, it says so to whoever waits', async () => {
  const story = tell()
  story.supervised.start()
  await story.clock.advance(0)
  const stopped = story.supervised.stop(1000)
  story.child.end({ code: 0, signal: null })
  await stopped
  await expect(story.supervised.firstReady).rejects.toThrow('was stopped')
})
