import { expect, test } from 'bun:test'
import type { External, ProbedMachine } from '@service/model-store/features/externals/external.ts'
import { MachineWatch } from '@service/model-store/features/externals/machine-watch.ts'
import { Fault } from '@shared/fault/fault.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const MACHINE: ProbedMachine = {
  product: 'openai',
  version: null,
  models: [{ name: 'm', capabilities: ['chat'] }],
}
const EXTERNAL: External = {
  id: 'ext_1',
  name: 'studio',
  url: 'http://studio.local',
  kind: 'auto',
  hasKey: false,
  allowedModels: null,
  slots: 8,
  addedAt: '2026-01-01T00:00:00.000Z',
  machine: MACHINE,
}
const refused = (): Promise<never> =>
  Promise.reject(new Fault('invalid_request', 'Nothing answers.', { param: 'url' }))
const slow = (): Promise<never> =>
  Promise.reject(new Fault('invalid_request', 'Too slow.', { param: 'url', details: { isTimeout: true } }))

const watchWith = (first: () => Promise<ProbedMachine>) => {
  const clock = createManualClock()
  const looks: number[] = []
  const news: string[] = []
  const state = { answer: first }
  const watch = new MachineWatch(EXTERNAL, {
    records: { readKey: () => undefined },
    probe: {
      probe() {
        looks.push(clock.now())
        return state.answer()
      },
    },
    clock,
    log: createLog('test', 'silent'),
    onHealth: () => void news.push(watch.watched.health.type),
    onMachine: () => void news.push('machine'),
  })
  return { clock, looks, news, state, watch }
}

test('a server that answers is looked at every two seconds, and nothing is news', async () => {
  const { clock, looks, news, watch } = watchWith(() => Promise.resolve(MACHINE))
  watch.start()
  await settled()
  await clock.advance(6000)
  expect(looks).toEqual([0, 2000, 4000, 6000])
  expect(news).toEqual(['up'])
  await watch.stop()
  await clock.advance(10_000)
  expect(looks).toHaveLength(4)
})

test('one that refuses is down at once, is looked at less and less often, and is up with its first answer', async () => {
  const { clock, looks, news, state, watch } = watchWith(refused)
  watch.start()
  await settled()
  expect(watch.watched.health).toMatchObject({ type: 'down', reason: 'Nothing answers.' })
  await clock.advance(40_000)
  expect(looks).toEqual([0, 1000, 3000, 7000, 15_000, 25_000, 35_000])
  state.answer = () => Promise.resolve(MACHINE)
  await clock.advance(5000)
  expect(news).toEqual(['down', 'up'])
})

test('one that is merely slow may miss one look, not two', async () => {
  const { clock, news, state, watch } = watchWith(() => Promise.resolve(MACHINE))
  watch.start()
  await settled()
  state.answer = slow
  await clock.advance(2000)
  expect(watch.watched.health.type).toBe('up')
  await clock.advance(1000)
  expect(watch.watched.health.type).toBe('down')
  expect(news).toEqual(['up', 'down'])
})

test('other models than before are news of the machine', async () => {
  const { clock, news, state, watch } = watchWith(() => Promise.resolve(MACHINE))
  watch.start()
  await settled()
  state.answer = () => Promise.resolve({ ...MACHINE, models: [] })
  await clock.advance(2000)
  expect(news).toEqual(['up', 'machine'])
  expect(watch.external.machine.models).toEqual([])
})

test('who asks during a look gets its result', async () => {
  const { promise, resolve } = Promise.withResolvers<ProbedMachine>()
  const { looks, watch } = watchWith(() => promise)
  const asked = [watch.look(true), watch.look(false)]
  resolve(MACHINE)
  await Promise.all(asked)
  expect(looks).toHaveLength(1)
  expect(watch.watched.health.type).toBe('up')
})
