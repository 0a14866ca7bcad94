import { expect, test } from 'bun:test'
import { createSlotQueue } from '@service/chat/engines/llama-server/slot-queue.ts'

const never = new AbortController().signal

test('no more hold a place than there are, and those who wait come in their order', async () => {
  const queue = createSlotQueue(2)
  const order: string[] = []
  const enter = async (name: string): Promise<() => void> => {
    const release = await queue.acquire(never)
    order.push(name)
    return release
  }
  const releaseA = await enter('a')
  const releaseB = await enter('b')
  const waiting = [enter('c'), enter('d'), enter('e')]
  await Bun.sleep(0)
  expect(order).toEqual(['a', 'b'])
  releaseB()
  const releaseC = await waiting[0]!
  expect(order).toEqual(['a', 'b', 'c'])
  releaseA()
  releaseC()
  await Promise.all(waiting)
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a place that is given back twice is free once', async () => {
  const queue = createSlotQueue(1)
  const release = await queue.acquire(never)
  release()
  release()
  await queue.acquire(never)
  await expect(queue.acquire(AbortSignal.timeout(10))).rejects.toThrow()
})

test('who gives up leaves the line, with the reason of the signal, and no place is lost', async () => {
  const queue = createSlotQueue(1)
  const release = await queue.acquire(never)
  const impatient = new AbortController()
  const given = queue.acquire(impatient.signal)
  const patient = queue.acquire(never)
  impatient.abort(new Error('no longer wanted'))
  await expect(given).rejects.toThrow('no longer wanted')
  release()
  const releasePatient = await patient
  releasePatient()
  await queue.acquire(never)
})

test('who comes with an aborted signal gets no place', async () => {
  const queue = createSlotQueue(1)
  await expect(queue.acquire(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
  await queue.acquire(never)
})
