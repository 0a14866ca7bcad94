import { expect, test } from 'bun:test'
import { runBuildCommand } from '@service/chat/backends/run-build-command.ts'
import { eventually } from '../../../../support/eventually.ts'

const never = new AbortController().signal

const run = async (
  script: string,
  signal = never,
  onLine: (line: string) => void = () => undefined,
): Promise<number> =>
  runBuildCommand({
    command: ['/bin/sh', '-c', script],
    workingDirectory: '/',
    environment: { PATH: process.env['PATH'], GREETING: 'hello' },
    signal,
    onLine,
  })

test('both streams are read line by line without colours, in the environment that was given', async () => {
  const lines: string[] = []
  const script = String.raw`echo "$GREETING from $PWD"; printf '\033[31mred\033[0m' >&2`
  expect(await run(script, never, (line) => lines.push(line))).toBe(0)
  expect(lines.toSorted()).toEqual(['hello from /', 'red'])
})

test('the exit code is told; a death by signal is 128', async () => {
  expect(await run('exit 3')).toBe(3)
  expect(await run('kill -KILL $$')).toBe(128)
})

test('an abort ends the command and all that it started', async () => {
  const abort = new AbortController()
  const processIds: number[] = []
  const script = 'sleep 60 & echo $!; sleep 60 & echo $!; wait'
  const running = run(script, abort.signal, (line) => void processIds.push(Number(line)))
  await eventually('both have started', () => processIds.length === 2, 5000)
  abort.abort(new Error('no longer wanted'))
  await expect(running).rejects.toThrow('no longer wanted')
  await eventually('both are gone', () => !processIds.some(isRunning), 2000)
})

test('what does not end when it is asked is killed', async () => {
  const abort = new AbortController()
  let isUp = false
  const script = `trap '' TERM; echo up; while :; do sleep 1; done`
  const running = run(script, abort.signal, () => void (isUp = true))
  await eventually('it runs', () => isUp, 5000)
  abort.abort(new Error('no longer wanted'))
  await expect(running).rejects.toThrow('no longer wanted')
}, 10_000)

test('an aborted signal starts nothing', async () => {
  await expect(run('exit 0', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
})

/** Who has no parent to reap it stays listed as a zombie where nothing plays init. */
const isRunning = (processId: number): boolean => {
  const state = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(processId)])
    .stdout.toString()
    .trim()
  return state !== '' && !state.startsWith('Z')
}
