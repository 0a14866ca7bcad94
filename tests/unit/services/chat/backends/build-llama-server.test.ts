import { afterAll, describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildLlamaServer } from '@service/chat/backends/build-llama-server.ts'
import type {
  BuildProgress,
  BuiltLlamaServer,
  LlamaServerBuild,
} from '@service/chat/backends/build-llama-server.ts'
import { writeSmallSource } from './small-llama-source.ts'

const NEEDED = ['git', 'cmake', 'make', 'c++']
const missing = NEEDED.filter((program) => Bun.which(program) === null)
if (missing.length > 0) console.warn(`SKIPPED: tests of the llama-server build need ${missing.join(', ')}.`)

const root = mkdtempSync(join(tmpdir(), 'skein-build-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Attempt {
  readonly targetDirectory: string
  readonly steps: BuildProgress[]
  /** Runs it, again when called again. */
  readonly build: (part?: Partial<LlamaServerBuild>) => Promise<BuiltLlamaServer>
}

const attempt = (result = 0): Attempt => {
  const directory = mkdtempSync(join(root, 'attempt-'))
  const targetDirectory = join(directory, 'home', 'backends', 'llama-server', '0.0.1-skein.7')
  const steps: BuildProgress[] = []
  const source = writeSmallSource(directory, result)
  const build: Attempt['build'] = (part = {}) =>
    buildLlamaServer({
      source,
      targetDirectory,
      accelerator: 'native',
      jobs: 2,
      environment: process.env,
      onProgress: (progress) => steps.push(progress),
      signal: new AbortController().signal,
      ...part,
    })
  return { targetDirectory, steps, build }
}

const versionOf = (path: string): string => Bun.spawnSync([path, '--version']).stdout.toString().trim()

describe.skipIf(missing.length > 0)('a build of llama-server', () => {
  test('leaves programs that run from where they are, and nothing else', async () => {
    const { build, steps, targetDirectory } = attempt()
    const built = await build()
    expect(built).toEqual({ path: join(targetDirectory, 'bin', 'llama-server'), version: '0.0.1-skein.7' })
    expect(versionOf(built.path)).toBe('version: 0.0.1 (build 0, commit 0.0.1-skein.7)')
    expect(readdirSync(join(targetDirectory, 'bin')).toSorted()).toEqual(['ggml-rpc-server', 'llama-server'])
    expect(JSON.parse(readFileSync(join(targetDirectory, 'backend.json'), 'utf8'))).toMatchObject({
      version: '0.0.1-skein.7',
      accelerator: 'native',
    })
    expect(readdirSync(dirname(targetDirectory))).toEqual(['0.0.1-skein.7'])
    const fractions = steps.map(({ fraction }) => fraction)
    expect(fractions).toEqual(fractions.toSorted((left, right) => left - right))
    expect(steps.at(-1)).toEqual({ step: 'install', fraction: 1, line: '' })
    expect(steps.some(({ step, fraction }) => step === 'compile' && fraction > 0.3)).toBe(true)
  }, 60_000)

  test('that is broken off leaves no program, and goes on where it stopped', async () => {
    const { build, steps, targetDirectory } = attempt()
    const abort = new AbortController()
    const onProgress = (progress: BuildProgress): void => {
      if (progress.step === 'compile') abort.abort(new Error('no longer wanted'))
    }
    await expect(build({ onProgress, signal: abort.signal })).rejects.toThrow('no longer wanted')
    expect(existsSync(targetDirectory)).toBe(false)
    const { path } = await build()
    expect(versionOf(path)).toContain('0.0.1-skein.7')
    expect(steps.some(({ step }) => step === 'source')).toBe(false)
  }, 60_000)

  test('that finds half-written files of an earlier one begins again', async () => {
    const { build, targetDirectory } = attempt()
    const abort = new AbortController()
    const onProgress = (progress: BuildProgress): void => {
      if (progress.line.includes('Built target')) abort.abort(new Error('power cut'))
    }
    await expect(build({ onProgress, signal: abort.signal })).rejects.toThrow('power cut')
    const objects = [...new Bun.Glob('**/*.o').scanSync({ cwd: `${targetDirectory}.part`, absolute: true })]
    expect(objects.length).toBeGreaterThan(0)
    for (const path of objects) truncateSync(path, 100)
    for (const program of new Bun.Glob('build/bin/*').scanSync({
      cwd: `${targetDirectory}.part`,
      absolute: true,
    }))
      rmSync(program)
    const { path } = await build()
    expect(versionOf(path)).toContain('0.0.1-skein.7')
  }, 60_000)

  test('replaces an earlier one', async () => {
    const { build, targetDirectory } = attempt()
    await build()
    writeFileSync(join(targetDirectory, 'of the earlier one'), '')
    await build()
    expect(readdirSync(targetDirectory).toSorted()).toEqual(['backend.json', 'bin'])
  }, 60_000)

  test('that does not compile says the first complaint and where the rest is', async () => {
    const { build, targetDirectory } = attempt()
    const { source } = { source: writeSmallSource(mkdtempSync(join(root, 'unpatched-'))) }
    const failed = build({ source: { ...source, patchPaths: [] } })
    await expect(failed).rejects.toMatchObject({ code: 'not_supported' })
    await expect(failed).rejects.toThrow(/step: compile.*GREETING/)
    const log = join(`${targetDirectory}.part`, 'build.log')
    await expect(failed).rejects.toThrow(log)
    expect(readFileSync(log, 'utf8')).toContain('GREETING')
    expect(existsSync(targetDirectory)).toBe(false)
  }, 60_000)

  test('whose program does not run is not installed', async () => {
    const { build, targetDirectory } = attempt(3)
    await expect(build()).rejects.toThrow(/step: install, exit code 3/)
    expect(existsSync(targetDirectory)).toBe(false)
  }, 60_000)

  test('runs once at a time', async () => {
    const { build } = attempt()
    const results = await Promise.allSettled([build(), build()])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'conflict' },
    })
  }, 60_000)

  test('needs its tools before it begins', async () => {
    const { build, targetDirectory } = attempt()
    await expect(build({ environment: { PATH: '/nowhere' } })).rejects.toMatchObject({
      code: 'not_supported',
    })
    expect(existsSync(`${targetDirectory}.part`)).toBe(false)
  })
})
