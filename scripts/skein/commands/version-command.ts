import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import type { Command } from 'commander'
import { withExamples } from './command-context.ts'
import type { CommandContext } from './command-context.ts'
import { PROGRAM } from '../terminal/program-name.ts'

/** `skein version`: what runs here. */
export const addVersionCommand = (program: Command, { terminal }: CommandContext): void => {
  const command = program
    .command('version')
    .description('version of Skein, Bun and the platform')
    .option('--json', 'JSON instead of text')
    .action(({ json }: { json?: true }) => {
      const facts = {
        skein: SKEIN_VERSION,
        bun: Bun.version,
        platform: `${process.platform}-${process.arch}`,
      }
      terminal.print(
        json ? JSON.stringify(facts) : `Skein ${facts.skein} on Bun ${facts.bun}, ${facts.platform}`,
      )
    })
  withExamples(command, `${PROGRAM} version`, `${PROGRAM} version --json`)
}
