import { expect, test } from 'bun:test'
import { startChildProcess } from '@shared/process/child-process.ts'
import type { ChildProcess, ChildProcessOptions } from '@shared/process/child-process.ts'
import { findMarkedProcesses } from '../../../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../../../support/eventually.ts'

interface Started {
  readonly child: ChildProcess
  readonly lines: readonly string[]
}

const start = (script: string, options: Partial<ChildProcessOptions> = {}): Started => {
  const lines: string[] = []
  const child = startChildProcess({
    command: ['/bin/sh', '-c', script],
    environment: { PATH: process.env['PATH'] },
    onLine: (line) => void lines.push(line),
    ...options,
  })
  return { child, lines }
}

/** The orphan alone carries this in its environment. */
const MARK = `skein-orphan-${crypto.randomUUID()}`

test('hands over every line of both streams, the last one without its line feed too', async () => {
  const { child, lines } = start('echo one; echo two >&2; printf three')
  await child.exited
  expect(lines.toSorted()).toEqual(['one', 'three', 'two'])
})

test('says how the child ended', async () => {
  expect(await start('exit 7').child.exited).toEqual({ code: 7, signal: null })
  expect(await start('kill -ABRT $$').child.exited).toMatchObject({ signal: 'SIGABRT' })
})

test('kills a child that does not obey within its grace', async () => {
  const { child, lines } = start('trap "" TERM; echo deaf; while :; do sleep 0.05; done')
  await eventually('the child is deaf', () => lines.includes('deaf'))
  await child.stop(100)
  expect(await child.exited).toMatchObject({ signal: 'SIGKILL' })
})

test('takes along what a child with a process group of its own leaves behind', async () => {
  const { child, lines } = start(`MARK=${MARK} sleep 60 & echo $!`, { ownProcessGroup: true })
  await child.exited
  expect(Number(lines[0])).toBeGreaterThan(child.processId)
  await eventually('the orphan is gone', () => findMarkedProcesses(MARK).length === 0)
})

test('exchanges structured messages with a Bun child, and knows when nobody listens', async () => {
  const replies: unknown[] = []
  const child = startChildProcess({
    command: [
      process.execPath,
      '-e',
      'process.on("message", (m) => { process.send({ got: m }); process.exit(0) })',
    ],
    environment: { PATH: process.env['PATH'] },
    onMessage: (message) => void replies.push(message),
    onLine: () => undefined,
  })
  expect(child.send({ number: 1, list: [new Uint8Array([1, 2])] })).toBe(true)
  await child.exited
  expect(replies).toEqual([{ got: { number: 1, list: [new Uint8Array([1, 2])] } }])
  expect(child.send('anyone?')).toBe(false)
})
