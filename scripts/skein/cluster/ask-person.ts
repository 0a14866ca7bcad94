import { createInterface } from 'node:readline/promises'
import type { CommandContext } from '../commands/command-context.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'

export interface PersonOptions {
  /** Says yes without asking. */
  readonly yes?: true
}

/** @throws CommandFailure when nobody sits here who could be asked, and `--yes` was not said */
export const checkPerson = ({ yes }: PersonOptions, { terminal }: CommandContext): void => {
  if (yes || (terminal.isInteractive && process.stdin.isTTY)) return
  throw new CommandFailure('There is nobody here to ask.', {
    nextStep: 'Add --yes to say yes to what would be asked.',
    exitCode: EXIT_CODE.usage,
  })
}

/** Asks, no being the default; other things go on meanwhile. Rejects when the signal fires before there is an answer. */
export const askPerson = async (question: string, signal: AbortSignal): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Without this, Ctrl-C ends the question and nothing else.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal })
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

/** For what cannot be taken back. @throws CommandFailure when it was not agreed to */
export const mustAgree = async (
  question: string,
  options: PersonOptions,
  context: CommandContext & { readonly signal: AbortSignal },
): Promise<void> => {
  checkPerson(options, context)
  if (options.yes || (await askPerson(question, context.signal))) return
  throw new CommandFailure('Nothing was changed.', { exitCode: EXIT_CODE.cancelled })
}
