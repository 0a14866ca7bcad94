import { expect, test } from 'bun:test'
import { readTopic } from '@service/router/features/cluster/read-topic.ts'
import { AnnouncementStore } from '@service/router/policy/cluster/announcement-store.ts'
import { GREAT, SELF, announcementOf, loadOf } from '../../../../../support/cluster-simulation/core-story.ts'
import { signerOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

const createStore = () => {
  let verified = 0
  const signer = signerOf(SELF)
  const store = new AnnouncementStore(
    {
      ...signer,
      verify(...question) {
        verified += 1
        return signer.verify(...question)
      },
    },
    readTopic,
  )
  return { store, verified: () => verified }
}

test('later is the greater version of one life, whatever comes after it', () => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT, { version: 3, value: loadOf(3) }))
  expect(store.offer(announcementOf(GREAT, { version: 2, value: loadOf(2) }))).toEqual({ type: 'old' })
  expect(store.topicsOf(GREAT).load).toEqual(loadOf(3))
})

test.each([
  ['epoch', { epoch: 2 }],
  ['instance of the same epoch', { instance: 'other' }],
])('nothing of an earlier life counts once a later %s is known', (_, life) => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT, { topic: 'speeds', value: [], version: 9 }))
  store.offer(announcementOf(GREAT, { version: 9 }))
  const taken = store.offer(announcementOf(GREAT, { ...life, value: loadOf(7) }))
  expect(taken).toMatchObject({ type: 'taken', isNewLife: true })
  expect(taken.type === 'taken' && taken.topics.toSorted()).toEqual(['load', 'speeds'])
  expect(store.topicsOf(GREAT)).toEqual({ load: loadOf(7) })
  expect(store.offer(announcementOf(GREAT, { version: 99 }))).toEqual({ type: 'old' })
})

test('a life that is known without any words ends the earlier one too', () => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT))
  expect(store.onLife(GREAT, { epoch: 1, instance: 'one' })).toEqual([])
  expect(store.onLife(GREAT, { epoch: 2, instance: 'a' })).toEqual(['load'])
  expect([store.topicsOf(GREAT), store.offer(announcementOf(GREAT)).type]).toEqual([{}, 'old'])
})

test('a forged word changes nothing, also when it would begin a new life', () => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT))
  const forged = { ...announcementOf(GREAT, { epoch: 9 }), version: 2 }
  expect(store.offer(forged)).toEqual({ type: 'forged' })
  expect([store.lifeOf(GREAT)?.epoch, store.topicsOf(GREAT)]).toEqual([1, { load: loadOf(1) }])
})

test('what is known already is not verified again', () => {
  const { store, verified } = createStore()
  for (let count = 0; count < 5; count += 1) store.offer(announcementOf(GREAT))
  expect(verified()).toBe(1)
})

test('what is signed and not understood leaves what was said before', () => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT))
  expect(store.offer(announcementOf(GREAT, { version: 2, value: 'much' }))).toMatchObject({ topics: [] })
  expect(store.topicsOf(GREAT).load).toEqual(loadOf(1))
})

test('fields of newer nodes are passed on as they were signed, and shown to nobody here', () => {
  const { store } = createStore()
  const value = { ...loadOf(1), colour: 'blue' }
  store.offer(announcementOf(GREAT, { value }))
  expect(store.keptOf(GREAT)?.get('load')?.announcement.value).toEqual(value)
  expect(store.topicsOf(GREAT).load).toEqual(loadOf(1))
})

test('what was handed out stays as it was', () => {
  const { store } = createStore()
  store.offer(announcementOf(GREAT))
  const before = store.topicsOf(GREAT)
  store.offer(announcementOf(GREAT, { version: 2, value: loadOf(2) }))
  expect(before.load).toEqual(loadOf(1))
  store.forget(GREAT)
  expect(store.lifeOf(GREAT)).toBeUndefined()
})
