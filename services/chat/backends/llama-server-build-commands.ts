import type { BuildAccelerator } from './check-build-tools.ts'

/** A program and its arguments. */
export type CommandLine = readonly [string, ...string[]]

/** llama-server, and the program that lends a machine's memory to one on another machine. */
export const LLAMA_SERVER_PROGRAMS = ['llama-server', 'ggml-rpc-server'] as const

const FLAGS = [
  '-DCMAKE_BUILD_TYPE=Release',
  // One file without libraries of its own runs from wherever it is moved to.
  '-DBUILD_SHARED_LIBS=OFF',
  '-DGGML_RPC=ON',
  // The web page would be downloaded; TLS is not needed on a local socket.
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_BUILD_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_BUILD_IS_DEV=OFF',
  '-DLLAMA_BUILD_NUMBER=0',
] as const

export interface ConfigurePlan {
  readonly source: string
  readonly output: string
  readonly accelerator: BuildAccelerator
  readonly version: string
}

export const configureCommand = ({ accelerator, output, source, version }: ConfigurePlan): CommandLine => [
  'cmake',
  '-S',
  source,
  '-B',
  output,
  '-G',
  'Unix Makefiles',
  ...FLAGS,
  ...(accelerator === 'cuda' ? ['-DGGML_CUDA=ON'] : []),
  // What `--version` says; without it, the commit of whatever git repository is around.
  `-DLLAMA_BUILD_COMMIT=${version}`,
]

/** Nice, so that the node goes on serving while it builds. */
export const compileCommand = (output: string, jobs: number): CommandLine => [
  'nice',
  '-n',
  '15',
  'cmake',
  '--build',
  output,
  '--parallel',
  String(Math.max(1, Math.trunc(jobs))),
  '--target',
  ...LLAMA_SERVER_PROGRAMS,
]

/** 0…1 from a line of cmake's makefiles, which begin with `[ 39%]`; undefined for any other line. */
export const compiledFraction = (line: string): number | undefined => {
  const percent = /^\[\s*(\d{1,3})%\]/.exec(line)?.[1]
  return percent === undefined ? undefined : Math.min(1, Number(percent) / 100)
}

/** The first complaint in a tool's output: what follows is mostly its consequence. */
export const buildFailureReason = (lines: readonly string[]): string => {
  const complaint = lines.find((line) => /\b(fatal|error)\b/i.test(line)) ?? lines.at(-1) ?? ''
  return complaint.trim().slice(0, 300)
}
