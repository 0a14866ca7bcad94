import { createWriteStream } from 'node:fs'
import { chmod, copyFile, exists, mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '@shared/fault/fault.ts'
import { createRecentLines } from '@shared/process/recent-lines.ts'
import { takeBuildLock } from './build-lock.ts'
import { checkBuildTools } from './check-build-tools.ts'
import type { BuildAccelerator } from './check-build-tools.ts'
import {
  buildFailureReason,
  compileCommand,
  compiledFraction,
  configureCommand,
  LLAMA_SERVER_PROGRAMS,
} from './llama-server-build-commands.ts'
import type { CommandLine } from './llama-server-build-commands.ts'
import type { LlamaServerSource } from './llama-server-source.ts'
import { prepareLlamaServerSource } from './prepare-llama-server-source.ts'
import { replaceDirectory } from './replace-directory.ts'
import { runBuildCommand } from './run-build-command.ts'

export interface BuildProgress {
  readonly step: BuildStep
  /** 0…1 of the whole build. */
  readonly fraction: number
  /** What the tool wrote last. */
  readonly line: string
}

export interface LlamaServerBuild {
  readonly source: LlamaServerSource
  /** Where the finished build goes, replacing what is there; unfinished work is kept in `<targetDirectory>.part`. */
  readonly targetDirectory: string
  readonly accelerator: BuildAccelerator
  /** Compilers that run at the same time. */
  readonly jobs: number
  /** The tools' whole environment; `PATH` is where they are looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onProgress: (progress: BuildProgress) => void
  /** Breaks the build off; the next call goes on from there. */
  readonly signal: AbortSignal
}

export interface BuiltLlamaServer {
  /** `<targetDirectory>/bin/llama-server` */
  readonly path: string
  readonly version: string
}

/** Measured: 210 MB of source, 150 MB of objects; CUDA's are several times that. */
const NEEDED_BYTES = { native: 800 * 2 ** 20, cuda: 4 * 2 ** 30 } as const satisfies Record<
  BuildAccelerator,
  number
>

/** Share of the whole at which each step begins: nearly all of the time goes into compiling. */
const BEGINS_AT = { check: 0, source: 0.01, configure: 0.02, compile: 0.03, install: 0.99 } as const

export type BuildStep = keyof typeof BEGINS_AT

/**
 * Builds llama-server from source with git, cmake and a C++ compiler; nothing is downloaded. Takes minutes to an hour.
 * What is in `targetDirectory` afterwards is whole, tested and complete in itself.
 * @throws Fault `not_supported` when tools or room are missing or the source does not compile here, `conflict` when
 * another build is at work there
 */
export const buildLlamaServer = async (build: LlamaServerBuild): Promise<BuiltLlamaServer> => {
  const workDirectory = workDirectoryOf(build)
  const output = join(workDirectory, 'build')
  build.onProgress({ step: 'check', fraction: BEGINS_AT.check, line: '' })
  await checkBuildTools(build)
  await mkdir(workDirectory, { recursive: true })
  await checkRoom(workDirectory, build.accelerator)
  const unlock = await takeBuildLock(join(workDirectory, 'lock'))
  try {
    const source = await prepareLlamaServerSource({
      ...build.source,
      workDirectory,
      run: (command, directory) => runStep(build, 'source', command, directory),
    })
    await compile(build, source, output)
    await install(build, output)
  } finally {
    await unlock()
  }
  await rm(workDirectory, { recursive: true, force: true })
  return {
    path: join(build.targetDirectory, 'bin', LLAMA_SERVER_PROGRAMS[0]),
    version: build.source.version,
  }
}

/** A build that was broken off hard may hold half-written files; when it does not go on, it starts from nothing. */
const compile = async (build: LlamaServerBuild, source: string, output: string): Promise<void> => {
  const isResumed = await exists(join(output, 'CMakeCache.txt'))
  try {
    await configureAndCompile(build, source, output)
  } catch (error) {
    if (!isResumed || build.signal.aborted) throw error
    await rm(output, { recursive: true, force: true })
    await configureAndCompile(build, source, output)
  }
}

const configureAndCompile = async (
  build: LlamaServerBuild,
  source: string,
  output: string,
): Promise<void> => {
  const { accelerator, jobs } = build
  const configure = configureCommand({ source, output, accelerator, version: build.source.version })
  await runStep(build, 'configure', configure, workDirectoryOf(build))
  await runStep(build, 'compile', compileCommand(output, jobs), workDirectoryOf(build))
}

const workDirectoryOf = (build: LlamaServerBuild): string => `${build.targetDirectory}.part`

const checkRoom = async (directory: string, accelerator: BuildAccelerator): Promise<void> => {
  const { bavail, bsize } = await statfs(directory)
  const neededMegabytes = Math.ceil(NEEDED_BYTES[accelerator] / 2 ** 20)
  const freeMegabytes = Math.floor((bavail * bsize) / 2 ** 20)
  if (freeMegabytes >= neededMegabytes) return
  throw new Fault(
    'not_supported',
    `Building llama-server needs ${neededMegabytes} MB of free disk in ${directory}; there are ${freeMegabytes} MB.`,
  )
}

const runStep = async (
  build: LlamaServerBuild,
  step: BuildStep,
  command: CommandLine,
  workingDirectory: string,
): Promise<void> => {
  const logPath = join(workDirectoryOf(build), 'build.log')
  const log = createWriteStream(logPath, { flags: 'a' })
  const recent = createRecentLines(200)
  let fraction: number = BEGINS_AT[step]
  log.write(`$ ${command.join(' ')}\n`)
  const code = await runBuildCommand({
    command,
    workingDirectory,
    environment: { ...build.environment, GIT_TERMINAL_PROMPT: '0' },
    signal: build.signal,
    onLine(line) {
      recent.push(line)
      log.write(`${line}\n`)
      const compiled = step === 'compile' ? compiledFraction(line) : undefined
      // Compilers that run at the same time do not report in order.
      if (compiled !== undefined) fraction = Math.max(fraction, overallFraction(compiled))
      build.onProgress({ step, fraction, line })
    },
  }).finally(() => new Promise((done) => log.end(done)))
  if (code === 0) return
  throw new Fault(
    'not_supported',
    `llama-server could not be built (step: ${step}, exit code ${code}): ${buildFailureReason(recent.all())} The tools' output is in ${logPath}.`,
  )
}

const overallFraction = (compiled: number): number =>
  BEGINS_AT.compile + (BEGINS_AT.install - BEGINS_AT.compile) * compiled

/** Puts the programs together, tries them, and only then moves them to their place. */
const install = async (build: LlamaServerBuild, output: string): Promise<void> => {
  const staged = join(workDirectoryOf(build), 'install')
  await rm(staged, { recursive: true, force: true })
  await mkdir(join(staged, 'bin'), { recursive: true })
  for (const program of LLAMA_SERVER_PROGRAMS) {
    const path = join(staged, 'bin', program)
    await copyFile(join(output, 'bin', program), path)
    await chmod(path, 0o755)
  }
  await runStep(build, 'install', [join(staged, 'bin', LLAMA_SERVER_PROGRAMS[0]), '--version'], staged)
  const facts = {
    version: build.source.version,
    accelerator: build.accelerator,
    builtAt: new Date().toISOString(),
  }
  await writeFile(join(staged, 'backend.json'), `${JSON.stringify(facts, undefined, 2)}\n`)
  build.signal.throwIfAborted()
  await replaceDirectory(staged, build.targetDirectory)
  build.onProgress({ step: 'install', fraction: 1, line: '' })
}
