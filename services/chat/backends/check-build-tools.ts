import { Fault } from '@shared/fault/fault.ts'
import { runBuildCommand } from './run-build-command.ts'

/** What the graphics code is built for: `native` is Metal on macOS and the processor elsewhere. */
export type BuildAccelerator = 'native' | 'cuda'

export interface BuildToolsCheck {
  readonly accelerator: BuildAccelerator
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

interface Tool {
  readonly label: string
  /** The first that runs is taken. */
  readonly programs: readonly string[]
}

/**
 * Looks for everything that a build needs before it starts.
 * @throws Fault `not_supported` that names what is missing and how to install it
 */
export const checkBuildTools = async (check: BuildToolsCheck): Promise<void> => {
  const missing: string[] = []
  for (const tool of neededTools(check)) {
    if (!(await hasTool(tool, check))) missing.push(tool.label)
  }
  if (missing.length === 0) return
  throw new Fault(
    'not_supported',
    `llama-server cannot be built here: ${missing.join(', ')} not found. ${installHint(missing)}`,
    { details: { missing: missing.join(', ') } },
  )
}

const neededTools = ({ accelerator, environment }: BuildToolsCheck): readonly Tool[] => [
  { label: 'git', programs: ['git'] },
  { label: 'cmake', programs: ['cmake'] },
  { label: 'make', programs: ['make'] },
  {
    label: 'a C++ compiler',
    programs: environment['CXX'] === undefined ? ['c++', 'g++', 'clang++'] : [environment['CXX']],
  },
  ...(accelerator === 'cuda' ? [{ label: 'the CUDA toolkit (nvcc)', programs: ['nvcc'] }] : []),
]

/** It has to run, not just to exist: on macOS a stub stands where the tools of Xcode would be. */
const hasTool = async (tool: Tool, { environment, signal }: BuildToolsCheck): Promise<boolean> => {
  for (const program of tool.programs) {
    const path = Bun.which(program, { PATH: environment['PATH'] ?? '' })
    if (path === null) continue
    const command = [path, '--version'] as const
    const run = { command, workingDirectory: '/', environment, signal, onLine: () => undefined }
    if ((await runBuildCommand(run)) === 0) return true
  }
  return false
}

const installHint = (missing: readonly string[]): string => {
  const cuda = missing.some((label) => label.includes('CUDA'))
    ? ' CUDA comes from https://developer.nvidia.com/cuda-downloads; put nvcc on PATH.'
    : ''
  return `On Debian or Ubuntu: sudo apt install git cmake build-essential. On macOS: xcode-select --install && brew install cmake.${cuda}`
}
