import { expect, test } from 'bun:test'
import { ServiceDirectory } from '@service/router/features/routing/service-directory.ts'
import type { ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { createLog } from '@shared/log/create-log.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'

const manifest = (instance: string, path = '/chat'): ServiceManifest => ({
  service: 'chat',
  version: '1.0.0',
  instance,
  slotsPerModel: 1,
  routes: [
    {
      method: 'GET',
      path,
      dialect: 'openai',
      capability: 'chat',
      scope: 'public',
      kind: 'local',
      bodyLimitBytes: 0,
      admission: 'none',
    },
  ],
})

/** A directory of one service whose answer the test sets. */
const createDirectory = (options: { saved?: Record<string, unknown>; isDiskFull?: boolean } = {}) => {
  const world = { answer: undefined as unknown, asked: 0, saved: [] as unknown[] }
  const clock = createManualClock()
  const directory = new ServiceDirectory({
    services: ['chat'],
    own: { ...manifest('own', '/status'), service: 'router' },
    async fetchManifest() {
      world.asked += 1
      if (world.answer === undefined) throw new Error('nobody there')
      return world.answer
    },
    readSaved: async () => options.saved ?? {},
    async save(manifests) {
      if (options.isDiskFull) throw new Error('disk full')
      world.saved.push(structuredClone(manifests))
    },
    clock,
    log: createLog('test', 'silent'),
  })
  return { directory, clock, world }
}

test('before a service has ever answered, only the own routes are known', async () => {
  const { directory } = createDirectory()
  await directory.start()
  expect(directory.table.find('GET', '/status')?.service).toBe('router')
  expect(directory.table.find('GET', '/chat')).toBeUndefined()
  expect(directory.unknownServices).toEqual(['chat'])
  expect(directory.states).toEqual([{ name: 'chat', state: 'starting', restarts: 0 }])
  directory.stop()
})

test('a service that comes up is found within a second, and its routes are saved', async () => {
  const { directory, clock, world } = createDirectory()
  await directory.start()
  world.answer = manifest('first')
  await clock.advance(1000)
  expect(directory.table.find('GET', '/chat')?.service).toBe('chat')
  expect(directory.states).toEqual([{ name: 'chat', state: 'up', version: '1.0.0', restarts: 0 }])
  expect(world.saved).toEqual([{ chat: manifest('first') }])
  await clock.advance(5000)
  expect(world.saved).toHaveLength(1)
  directory.stop()
})

test('the routes of a service stay known while it is down, and a restart is counted', async () => {
  const { directory, clock, world } = createDirectory()
  world.answer = manifest('first')
  await directory.start()
  world.answer = undefined
  await clock.advance(1000)
  expect(directory.table.find('GET', '/chat')?.service).toBe('chat')
  expect(directory.states[0]).toMatchObject({ state: 'down', restarts: 0 })
  world.answer = manifest('second', '/new')
  await clock.advance(1000)
  expect(directory.states[0]).toMatchObject({ state: 'up', restarts: 1 })
  expect(directory.table.find('GET', '/new')?.service).toBe('chat')
  expect(directory.table.find('GET', '/chat')).toBeUndefined()
  directory.stop()
})

test('a router that starts beside a dead service knows its routes from the last run', async () => {
  const { directory } = createDirectory({ saved: { chat: manifest('before'), other: 1 } })
  await directory.restore()
  expect(directory.table.find('GET', '/chat')?.service).toBe('chat')
  await directory.start()
  expect(directory.table.find('GET', '/chat')?.service).toBe('chat')
  expect(directory.unknownServices).toEqual([])
  expect(directory.states[0]).toMatchObject({ state: 'starting', restarts: 0 })
  directory.stop()
})

test('what was saved and is no manifest counts as nothing', async () => {
  const { directory } = createDirectory({ saved: { chat: { ...manifest('x'), routes: 'all' } } })
  await directory.restore()
  await directory.start()
  expect(directory.unknownServices).toEqual(['chat'])
  directory.stop()
})

test('a service that answers with nonsense is down, and keeps the routes that it had', async () => {
  const { directory, clock, world } = createDirectory()
  world.answer = manifest('first')
  await directory.start()
  world.answer = { hello: 'world' }
  await clock.advance(1000)
  expect(directory.states[0]).toMatchObject({ state: 'down' })
  expect(directory.table.find('GET', '/chat')?.service).toBe('chat')
  directory.stop()
})

test('a service is up although its routes cannot be saved', async () => {
  const { directory, world } = createDirectory({ isDiskFull: true })
  world.answer = manifest('first')
  await directory.start()
  expect(directory.states[0]).toMatchObject({ state: 'up' })
  directory.stop()
})

test('many who want to know at once are one question', async () => {
  const { directory, world } = createDirectory()
  await directory.start()
  world.asked = 0
  await Promise.all(Array.from({ length: 50 }, () => directory.refresh('chat')))
  expect(world.asked).toBe(1)
  await directory.refresh('model-store')
  expect(world.asked).toBe(1)
  directory.stop()
})

test('nobody is asked any more after the stop', async () => {
  const { directory, clock, world } = createDirectory()
  await directory.start()
  directory.stop()
  world.asked = 0
  await clock.advance(10_000)
  await settled()
  expect(world.asked).toBe(0)
})
