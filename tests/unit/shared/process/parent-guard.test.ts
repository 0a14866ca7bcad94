import { expect, test } from 'bun:test'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess } from '@shared/process/child-process.ts'
import { eventually } from '../../../support/eventually.ts'

/** Like a service that starts two engines and tells their process ids. */
const PARENT = `
  import { startChildProcess } from '@shared/process/child-process.ts'
  const start = () => startChildProcess({
    command: ['sleep', '60'], environment: {}, endsWithParent: true, onLine: () => undefined,
  })
  console.log(start().processId + ' ' + start().processId)
  await new Promise(() => setInterval(() => Bun.gc(true), 20))
`

const isRunning = (processId: number): boolean => {
  try {
    process.kill(processId, 0)
  } catch {
    return false
  }
  // Who has no parent to reap it stays listed as a zombie where nothing plays init.
  const state = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(processId)]).stdout.toString()
  return state.trim() !== '' && !state.trim().startsWith('Z')
}

const guarded = (...command: readonly [string, ...string[]]): { child: ChildProcess; lines: string[] } => {
  const lines: string[] = []
  const environment = { PATH: process.env['PATH'] }
  const onLine = (line: string): void => void lines.push(line)
  return { child: startChildProcess({ command, environment, endsWithParent: true, onLine }), lines }
}

const guardsOf = (word: string): number =>
  Bun.spawnSync(['ps', '-A', '-o', 'args='])
    .stdout.toString()
    .split('\n')
    .filter((line) => line.includes(word) && line.startsWith('/bin/sh')).length

test('children are gone within a second when their parent was killed, and not before', async () => {
  const parent = Bun.spawn([process.execPath, '-e', PARENT], { cwd: import.meta.dir, stdout: 'pipe' })
  const reader = parent.stdout.getReader()
  const { value } = await reader.read()
  const children = new TextDecoder().decode(value).trim().split(' ').map(Number)
  await Bun.sleep(100) // so that a pipe that was collected as garbage would show
  expect(children.map(isRunning)).toEqual([true, true])
  parent.kill('SIGKILL')
  await parent.exited
  await eventually('both are gone', () => !children.some(isRunning), 1000)
  await reader.cancel()
})

test('a guarded command has its own process id, an empty input, and its output is read', async () => {
  const { child, lines } = guarded('sh', '-c', 'echo $$; cat; echo end >&2')
  expect(await child.exited).toEqual({ code: 0, signal: null })
  expect(lines.toSorted()).toEqual([String(child.processId), 'end'])
})

test('its exit code and its signal are told as they were', async () => {
  expect(await guarded('sh', '-c', 'exit 7').child.exited).toEqual({ code: 7, signal: null })
  expect(await guarded('sh', '-c', 'kill -SEGV $$').child.exited).toEqual({ code: null, signal: 'SIGSEGV' })
})

test('its guard is gone when it is', async () => {
  const word = `guard-${crypto.randomUUID()}`
  const { child, lines } = guarded('sh', '-c', 'echo up; exec sleep 60', word)
  await eventually('the command is up', () => lines.length > 0, 5000)
  expect(guardsOf(word)).toBe(1)
  await child.stop(5000)
  await eventually('the guard is gone', () => guardsOf(word) === 0, 2000)
})

test('a command that does not exist ends with 127', async () => {
  expect((await guarded('/no/such/program').child.exited).code).toBe(127)
})
