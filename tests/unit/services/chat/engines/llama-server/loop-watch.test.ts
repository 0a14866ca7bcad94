import { expect, test } from 'bun:test'
import { createLoopWatch } from '@service/chat/engines/llama-server/loop-watch.ts'
import { scriptedClient } from './scripted-client.ts'

/** A watch whose looks happen when the test says so. */
const watchOver = (answer: () => Promise<unknown>) => {
  const planned: (() => Promise<void>)[] = []
  const seen = { asked: 0, ended: 0 }
  const client = scriptedClient(() => {
    seen.asked += 1
    return answer()
  })
  const end = async (): Promise<void> => {
    seen.ended += 1
  }
  const watch = createLoopWatch(client, end, {
    schedule: (work) => planned.push(work),
    giveUp: () => AbortSignal.abort(new Error('too long')),
  })
  const patient = createLoopWatch(client, end, {
    schedule: (work) => planned.push(work),
    giveUp: () => new AbortController().signal,
  })
  return { planned, seen, watch, patient, look: async () => planned.shift()?.() }
}

test('a server that does not answer in time is ended, also when who used the grammar has left', async () => {
  const { look, planned, seen, watch } = watchOver(() => Promise.reject(new Error('too long')))
  watch.enter()()
  await look()
  expect(seen).toEqual({ asked: 1, ended: 1 })
  expect(planned).toHaveLength(0)
})

test('a server that answers, or is gone, is left alone, and asked again as long as a grammar is in use', async () => {
  for (const answer of [() => Promise.resolve([]), () => Promise.reject(new Error('gone'))]) {
    const { look, patient, planned, seen } = watchOver(answer)
    const leave = patient.enter()
    await look()
    await look()
    leave()
    await look()
    expect(planned).toHaveLength(0)
    expect(seen).toEqual({ asked: 3, ended: 0 })
  }
})

test('several grammars are looked after together, and the last one once more after it is gone', async () => {
  const { look, patient, planned, seen } = watchOver(() => Promise.resolve([]))
  const [leaveFirst, leaveSecond] = [patient.enter(), patient.enter()]
  expect(planned).toHaveLength(1)
  leaveFirst()
  await look()
  expect(planned).toHaveLength(1)
  leaveSecond()
  await look()
  expect(planned).toHaveLength(0)
  expect(seen.asked).toBe(2)
  patient.enter()
  expect(planned).toHaveLength(1)
})

test('nobody is asked while no grammar is in use', () => {
  expect(watchOver(() => Promise.resolve([])).planned).toHaveLength(0)
})
