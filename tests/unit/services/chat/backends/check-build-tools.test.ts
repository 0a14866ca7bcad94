import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkBuildTools } from '@service/chat/backends/check-build-tools.ts'
import type { BuildToolsCheck } from '@service/chat/backends/check-build-tools.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-tools-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder with programs that answer `--version`, or do not. */
const folderWith = (works: readonly string[], fails: readonly string[] = []): string => {
  const folder = mkdtempSync(join(root, 'bin-'))
  for (const [names, code] of [
    [works, 0],
    [fails, 1],
  ] as const) {
    for (const name of names) {
      writeFileSync(join(folder, name), `#!/bin/sh\nexit ${code}\n`)
      chmodSync(join(folder, name), 0o755)
    }
  }
  return folder
}

const check = (folder: string, part: Partial<BuildToolsCheck> = {}): Promise<void> =>
  checkBuildTools({
    accelerator: 'native',
    environment: { PATH: folder },
    signal: new AbortController().signal,
    ...part,
  })

test('with all tools there is nothing to complain of', async () => {
  await check(folderWith(['git', 'cmake', 'make', 'c++']))
  await check(folderWith(['git', 'cmake', 'make', 'clang++']))
})

test('what is missing is named, all of it, with the commands that install it', async () => {
  const missing = check(folderWith(['git', 'make']))
  await expect(missing).rejects.toMatchObject({ code: 'not_supported' })
  await expect(missing).rejects.toThrow('cmake, a C++ compiler not found')
  await expect(missing).rejects.toThrow('sudo apt install git cmake build-essential')
  await expect(missing).rejects.toThrow('brew install cmake')
})

test('a tool that is there and does not run is missing', async () => {
  await expect(check(folderWith(['git', 'cmake', 'c++'], ['make']))).rejects.toThrow('make not found')
})

test('CUDA needs its compiler, and says where it comes from', async () => {
  const folder = folderWith(['git', 'cmake', 'make', 'c++'])
  await expect(check(folder, { accelerator: 'cuda' })).rejects.toThrow('developer.nvidia.com')
  await check(folderWith(['git', 'cmake', 'make', 'c++', 'nvcc']), { accelerator: 'cuda' })
})

test('a compiler that the operator chose is the one that has to run', async () => {
  const folder = folderWith(['git', 'cmake', 'make', 'c++'])
  const environment = { PATH: folder, CXX: 'my-compiler' }
  await expect(check(folder, { environment })).rejects.toThrow('a C++ compiler not found')
})
