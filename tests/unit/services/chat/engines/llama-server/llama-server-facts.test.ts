import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLlamaServerFacts } from '@service/chat/engines/llama-server/llama-server-facts.ts'
import { writePretendLlamaServer } from './pretend-llama-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-facts-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const program = (name: string, script: string): string => {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

test('version and flags are what the binary says', async () => {
  const facts = await readLlamaServerFacts(writePretendLlamaServer(directory), {})
  expect(facts.version).toBe('9.8.7 (build 0, commit abcdef0)')
  expect(facts.hasTimedBatches).toBe(false)
  expect([...facts.flags].toSorted()).toEqual([
    '--kv-unified',
    '--kv-unified-per-slot',
    '--no-kv-unified',
    '--no-webui',
    '-kvu',
  ])
})

test('a build of ours goes by the version that it was built as', async () => {
  const own = program('own', "echo 'version: 0.5.0 (build 0, commit 0.5.0-skein.1)'")
  expect(await readLlamaServerFacts(own, {})).toMatchObject({
    version: '0.5.0-skein.1',
    hasTimedBatches: true,
  })
})

test('a binary that says no version is unknown', async () => {
  expect((await readLlamaServerFacts(program('mute', 'exit 0'), {})).version).toBe('unknown')
})

test('a binary that does not run here is not supported, with what it said', async () => {
  const broken = program('broken', 'echo "libcuda.so.1: cannot open shared object file" >&2; exit 127')
  await expect(readLlamaServerFacts(broken, {})).rejects.toMatchObject({
    code: 'not_supported',
    message: expect.stringContaining('libcuda.so.1'),
  })
  await expect(readLlamaServerFacts(join(directory, 'none'), {})).rejects.toMatchObject({
    code: 'not_supported',
  })
})
