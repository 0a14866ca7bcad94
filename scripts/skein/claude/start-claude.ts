import { CommandFailure } from '../terminal/command-failure.ts'
import type { ClaudeVariables } from './claude-variables.ts'

const INSTALL =
  'Install it with npm install -g @anthropic-ai/claude-code, or see https://code.claude.com/docs.'

type Environment = Readonly<Record<string, string | undefined>>

/** The program of Claude Code. @throws CommandFailure when it is not installed */
export const findClaude = (environment: Environment): string => {
  const path = Bun.which('claude', { PATH: environment['PATH'] ?? '' })
  if (path !== null) return path
  throw new CommandFailure('Claude Code is not installed: there is no claude in PATH.', { nextStep: INSTALL })
}

/** The variables of this process with those of Claude Code. */
export const claudeEnvironment = (environment: Environment, variables: ClaudeVariables): Environment => {
  const removed = Object.keys(variables).filter((name) => variables[name] === null)
  const kept = Object.entries(environment).filter(([name]) => !removed.includes(name))
  const set = Object.entries(variables).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))
  return Object.fromEntries([...kept, ...set])
}

/** Runs Claude Code in this terminal until it ends. Ctrl-C is for it alone. */
export const startClaude = async (
  program: string,
  words: readonly string[],
  environment: Environment,
): Promise<number> => {
  const child = Bun.spawn([program, ...words], {
    env: { ...environment },
    stdin: 'inherit',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  const stay = (): void => undefined
  const stop = (): void => child.kill('SIGTERM')
  process.on('SIGINT', stay)
  process.on('SIGTERM', stop)
  try {
    return await child.exited
  } finally {
    process.off('SIGINT', stay)
    process.off('SIGTERM', stop)
  }
}
