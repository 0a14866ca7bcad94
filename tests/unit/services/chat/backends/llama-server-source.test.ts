import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { bundledLlamaServerSource } from '@service/chat/backends/llama-server-source.ts'

test('the source comes with node-llama-cpp, and its version names our patches', async () => {
  const source = await bundledLlamaServerSource()
  expect(readFileSync(source.bundlePath).subarray(0, 12).toString()).toBe('# v2 git bun')
  expect(source.version).toMatch(/^\d+\.\d+\.\d+-skein\.\d+$/)
})

test('the patches are there, in the order of their numbers', async () => {
  const { patchPaths } = await bundledLlamaServerSource()
  expect(patchPaths.length).toBeGreaterThan(0)
  expect(patchPaths.filter((path) => !existsSync(path))).toEqual([])
  const numbers = patchPaths.map((path) => /\/(\d\d)-[a-z\d-]+\.patch$/.exec(path)?.[1])
  expect(numbers).toEqual(patchPaths.map((_, index) => String(index + 1).padStart(2, '0')))
})
