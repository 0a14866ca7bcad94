import { availableParallelism } from 'node:os'
import type { BuildAccelerator } from '@service/chat/backends/check-build-tools.ts'
import type { Command } from 'commander'
import { Argument, Option } from 'commander'
import { formatTable } from '../terminal/format-table.ts'
import { parseCount } from '../terminal/parse-number.ts'
import { createProgressDisplay } from '../terminal/progress-display.ts'
import { cancelOnSignal } from './cancel-on-signal.ts'
import { localPaths, withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

interface BuildOptions {
  readonly accelerator: BuildAccelerator
  readonly jobs: number
  readonly json?: true
}

const STEP_WORDS = {
  check: 'looking for tools',
  source: 'unpacking the source',
  configure: 'configuring',
  compile: 'compiling',
  install: 'trying it out',
} as const

/** `skein backends`: the engines' programs on this machine. */
export const addBackendsCommand = (program: Command, context: CommandContext): void => {
  const backends = program.command('backends').description("the engines' programs on this machine")
  const list = backends
    .command('list')
    .description('what is there')
    .option('--json', 'JSON instead of text')
    .action((options: { json?: true }) => listBackends(options, context))
  withExamples(list, `${PROGRAM} backends list`)
  const build = backends
    .command('build')
    .addArgument(new Argument('[backend]', 'which one').choices(['llama-server']).default('llama-server'))
    .description(
      'build llama-server from the source that comes with Skein; takes minutes, Ctrl-C keeps what is done',
    )
    .addOption(
      new Option('--accelerator <name>', 'native: Metal or processor')
        .choices(['native', 'cuda'])
        .default('native'),
    )
    .option('--jobs <n>', 'compilers at the same time', parseCount, availableParallelism())
    .option('--json', 'JSON instead of text')
    .action((_backend: string, options: BuildOptions) => buildBackend(options, context))
  withExamples(build, `${PROGRAM} backends build`, `${PROGRAM} backends build --accelerator cuda --jobs 8`)
}

const listBackends = async ({ json }: { json?: true }, context: CommandContext): Promise<void> => {
  const { findLlamaServer } = await import('@service/chat/backends/find-llama-server.ts')
  const { bundledLlamaServerSource } = await import('@service/chat/backends/llama-server-source.ts')
  const { environment, terminal } = context
  const found = await findLlamaServer({
    configuredPath: environment['CHAT_LLAMA_SERVER'] ?? '',
    skeinHome: localPaths(context).home,
    searchPath: environment['PATH'] ?? '',
  })
  const { version } = await bundledLlamaServerSource()
  const backends = [
    { id: 'node-llama-cpp', origin: 'bundled', path: null, buildable: null },
    { id: 'llama-server', origin: found?.origin ?? null, path: found?.path ?? null, buildable: version },
  ]
  if (json) return terminal.print(JSON.stringify({ backends }))
  const rows = backends.map(({ id, origin, path, buildable }) => [
    id,
    origin ?? `not there; ${PROGRAM} backends build makes ${buildable ?? ''}`,
    path ?? '',
  ])
  terminal.print(formatTable(['BACKEND', 'ORIGIN', 'PROGRAM'], rows))
}

const buildBackend = async (options: BuildOptions, context: CommandContext): Promise<void> => {
  const { buildLlamaServer } = await import('@service/chat/backends/build-llama-server.ts')
  const { llamaServerDirectory } = await import('@service/chat/backends/find-llama-server.ts')
  const { bundledLlamaServerSource } = await import('@service/chat/backends/llama-server-source.ts')
  const { environment, terminal } = context
  const source = await bundledLlamaServerSource()
  const display = createProgressDisplay(terminal, process.stderr.isTTY)
  try {
    const built = await buildLlamaServer({
      source,
      targetDirectory: llamaServerDirectory(localPaths(context).home, source.version),
      accelerator: options.accelerator,
      jobs: options.jobs,
      environment,
      onProgress: ({ fraction, step }) => display.show(fraction, STEP_WORDS[step]),
      signal: cancelOnSignal(),
    })
    display.end()
    terminal.print(
      options.json ? JSON.stringify(built) : `llama-server ${built.version} is built: ${built.path}`,
    )
  } catch (error) {
    display.end()
    throw error
  }
}
