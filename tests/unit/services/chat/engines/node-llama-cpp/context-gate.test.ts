import { expect, test } from 'bun:test'
import { ContextGate } from '../../../../../../services/chat/engines/node-llama-cpp/context-gate.ts'

test('sequences wait until all work behind the gate is done', async () => {
  const gate = new ContextGate()
  const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const works = [gate.whileClosed(() => one.promise), gate.whileClosed(() => two.promise)]
  let isThrough = false
  const waiting = gate.whenOpen().then(() => (isThrough = true))
  one.resolve()
  await works[0]
  expect([gate.isOpen, isThrough]).toEqual([false, false])
  two.resolve()
  await waiting
  expect(gate.isOpen).toBe(true)
})

test('an open gate holds up nobody, and opens after a failure too', async () => {
  const gate = new ContextGate()
  await gate.whenOpen()
  const failure = new Error('failed')
  expect(await gate.whileClosed(() => Promise.reject(failure)).catch((error: unknown) => error)).toBe(failure)
  await gate.whenOpen()
  expect(await gate.whileClosed(() => Promise.resolve(5))).toBe(5)
})
