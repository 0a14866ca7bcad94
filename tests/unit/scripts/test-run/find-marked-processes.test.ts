import { expect, test } from 'bun:test'
import { findMarkedProcesses } from '../../../../scripts/test-run/find-marked-processes.ts'
import { eventually } from '../../../support/eventually.ts'

test('finds a child by its environment, also when its parent is gone', async () => {
  const marker = `skein-mark-${crypto.randomUUID()}`
  const parent = Bun.spawn(['/bin/sh', '-c', 'sleep 60 >/dev/null 2>&1 & echo $!'], {
    env: { PATH: process.env['PATH'], MARK: marker },
    stdout: 'pipe',
  })
  const orphan = Number(await new Response(parent.stdout).text())
  await parent.exited
  await eventually('only the orphan is left', () => findMarkedProcesses(marker).length === 1)
  expect(findMarkedProcesses(marker)).toEqual([{ processId: orphan, commandLine: 'sleep 60' }])
  process.kill(orphan, 'SIGKILL')
  await eventually('nothing is left', () => findMarkedProcesses(marker).length === 0)
})
