import { expect, test } from 'bun:test'
import { residentBytes } from '../../../../../services/chat/engines/resident-bytes.ts'

const MEBIBYTE = 2 ** 20

test('tells what a process holds in memory', async () => {
  const child = Bun.spawn(
    [
      process.execPath,
      '-e',
      'globalThis.held = Buffer.alloc(64 * 2 ** 20, 1); console.log("held"); setInterval(() => {}, 1000)',
    ],
    { stdout: 'pipe', stderr: 'ignore' },
  )
  try {
    await child.stdout.getReader().read()
    const bytes = await residentBytes(child.pid)
    expect(bytes).toBeGreaterThan(64 * MEBIBYTE)
    expect(bytes).toBeLessThan(512 * MEBIBYTE)
  } finally {
    child.kill('SIGKILL')
    await child.exited
  }
  expect(await residentBytes(child.pid)).toBe(0)
})
