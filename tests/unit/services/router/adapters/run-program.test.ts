import { expect, test } from 'bun:test'
import { runProgram } from '@service/router/adapters/run-program.ts'

test('what a program writes is its answer', async () => {
  expect(await runProgram('sh', '-c', 'echo hello; echo complaint >&2')).toBe('hello\n')
})

test('a program that is not there or fails has none', async () => {
  expect(await runProgram('skein-no-such-program')).toBeUndefined()
  expect(await runProgram('sh', '-c', 'echo half; exit 3')).toBeUndefined()
})

test('a program that hangs is ended', async () => {
  const began = performance.now()
  expect(await runProgram('sleep', '60')).toBeUndefined()
  expect(performance.now() - began).toBeLessThan(10_000)
}, 15_000)

test('a program that never stops writing is ended', async () => {
  expect(await runProgram('yes')).toBeUndefined()
}, 15_000)
