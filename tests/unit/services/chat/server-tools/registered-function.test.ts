import { expect, test } from 'bun:test'
import { registeredFunction } from '@service/chat/server-tools/registered-function.ts'
import type { RegisteredFunctionConfig } from '@service/chat/server-tools/tools-file.ts'

const never = new AbortController().signal

const run = (code: string, config: Partial<RegisteredFunctionConfig> = {}, args = {}, signal = never) =>
  registeredFunction('f', { command: [process.execPath, '-e', code], ...config }, {}).call(args, signal)

test('gets its arguments as JSON on its input, as data and never as a command line', async () => {
  const args = { text: '"; rm -rf / #', list: [1, null] }
  const output = await run('console.log(await Bun.stdin.text())', {}, args)
  expect(JSON.parse(output.text)).toEqual(args)
})

test('a failure is told with its code and what was printed, not with its log', async () => {
  const output = await run('console.log("half"); console.error("secret"); process.exit(3)')
  expect(output).toEqual({ text: "The function 'f' ended with code 3.\nhalf", isError: true })
})

test('a function that takes too long is killed', async () => {
  const output = await run('setInterval(() => undefined, 1000)', { timeoutMs: 300 })
  expect(output).toEqual({ text: "The function 'f' did not answer within 300 ms.", isError: true })
})

test('endless output is cut and ended', async () => {
  const output = await run('for (;;) process.stdout.write("x".repeat(100_000))', { timeoutMs: 20_000 })
  expect(output.isError).toBe(true)
  expect(output.text.length).toBeLessThan(200_000)
})

test('a program that is not there is told', async () => {
  const output = await run('', { command: ['/no/such/program'] })
  expect(output).toEqual({ text: "The function 'f' could not be started.", isError: true })
})

test('ends with its caller', async () => {
  const abort = new AbortController()
  const call = run('setInterval(() => undefined, 1000)', {}, {}, abort.signal)
  abort.abort(new Error('gone'))
  expect(await call.catch((error: unknown) => error)).toMatchObject({ message: 'gone' })
})

test('sees the configured variables and nothing of the service', async () => {
  process.env['SKEIN_SECRET_OF_THE_TEST'] = 'x'
  const output = await run('console.log(Object.keys(process.env).join(" "))', { env: { MINE: '1' } })
  delete process.env['SKEIN_SECRET_OF_THE_TEST']
  expect(output.text).toContain('MINE')
  expect(output.text).not.toContain('SKEIN_SECRET')
})
