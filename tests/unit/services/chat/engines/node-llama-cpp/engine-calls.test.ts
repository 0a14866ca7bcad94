import { expect, test } from 'bun:test'
import { EngineCalls } from '../../../../../../services/chat/engines/node-llama-cpp/engine-calls.ts'
import type { CallReport } from '../../../../../../services/chat/engines/node-llama-cpp/engine-calls.ts'

const listener = () => {
  const heard: unknown[] = []
  return {
    heard,
    report: (report: CallReport) => heard.push(report),
    fail: (error: unknown) => heard.push(error),
  }
}

test('a report goes to its call alone', () => {
  const calls = new EngineCalls()
  const [one, two] = [listener(), listener()]
  const [first, second] = [calls.open(one), calls.open(two)]
  const report: CallReport = { type: 'detokenized', call: second, text: 'x' }
  calls.report(report)
  expect([one.heard, two.heard]).toEqual([[], [report]])
  expect(first).not.toBe(second)
})

test('what comes of a closed call is dropped', () => {
  const calls = new EngineCalls()
  const one = listener()
  const call = calls.open(one)
  calls.close(call)
  calls.report({ type: 'detokenized', call, text: 'late' })
  expect(one.heard).toEqual([])
})

test('the end of the process fails all calls, those to come too', () => {
  const calls = new EngineCalls()
  const [one, two] = [listener(), listener()]
  calls.close(calls.open(one))
  calls.open(two)
  const failure = new Error('SIGSEGV')
  calls.failAll(failure)
  calls.failAll(new Error('again'))
  expect([one.heard, two.heard]).toEqual([[], [failure]])
  expect(() => calls.open(listener())).toThrow(failure)
})
