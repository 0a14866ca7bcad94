import { afterAll, describe, expect, test } from 'bun:test'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareLlamaServerSource } from '@service/chat/backends/prepare-llama-server-source.ts'
import { writeSmallSource } from './small-llama-source.ts'

const hasGit = Bun.which('git') !== null
if (!hasGit) console.warn('SKIPPED: tests of the llama-server source need git.')

const root = mkdtempSync(join(tmpdir(), 'skein-source-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const plan = () => {
  const directory = mkdtempSync(join(root, 'plan-'))
  const workDirectory = join(directory, 'work')
  mkdirSync(workDirectory)
  const commands: string[] = []
  const run = async (command: readonly [string, ...string[]], cwd: string): Promise<void> => {
    commands.push(command.find((word) => ['clone', 'apply'].includes(word)) ?? command[0])
    const ran = Bun.spawnSync([...command], { cwd })
    if (ran.exitCode !== 0) throw new Error(ran.stderr.toString())
  }
  return { ...writeSmallSource(directory), workDirectory, run, commands }
}

describe.skipIf(!hasGit)('the source of llama-server', () => {
  test('comes out of the bundle with its patches applied', async () => {
    const given = plan()
    const source = await prepareLlamaServerSource(given)
    expect(readFileSync(join(source, 'server.cpp'), 'utf8')).toContain('return 0;')
    expect(given.commands).toEqual(['clone', 'apply'])
  })

  test('is kept when it is there and whole, with what was built of it', async () => {
    const given = plan()
    await prepareLlamaServerSource(given)
    mkdirSync(join(given.workDirectory, 'build'))
    await prepareLlamaServerSource(given)
    expect(given.commands).toEqual(['clone', 'apply'])
    expect(existsSync(join(given.workDirectory, 'build'))).toBe(true)
  })

  test('is laid out anew when a patch changed, and so is the build', async () => {
    const given = plan()
    await prepareLlamaServerSource(given)
    mkdirSync(join(given.workDirectory, 'build'))
    appendFileSync(given.patchPaths[0]!, '\n')
    await prepareLlamaServerSource(given)
    expect(given.commands).toEqual(['clone', 'apply', 'clone', 'apply'])
    expect(existsSync(join(given.workDirectory, 'build'))).toBe(false)
  })

  test('is not taken when it was left half done, by a clone or by a patch that does not fit', async () => {
    const given = plan()
    mkdirSync(join(given.workDirectory, 'source'))
    mkdirSync(join(given.workDirectory, 'source.new'))
    const patch = readFileSync(given.patchPaths[0]!)
    writeFileSync(given.patchPaths[0]!, 'no patch')
    await expect(prepareLlamaServerSource(given)).rejects.toThrow()
    expect(existsSync(join(given.workDirectory, 'source'))).toBe(false)
    writeFileSync(given.patchPaths[0]!, patch)
    await prepareLlamaServerSource(given)
  })
})
