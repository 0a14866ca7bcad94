import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { Command } from 'commander'
import colors from 'picocolors'
import { addBackendsCommand } from './commands/backends-command.ts'
import { addClaudeCommand } from './commands/claude-command.ts'
import type { AddCommand, CommandContext } from './commands/command-context.ts'
import { addDoctorCommand } from './commands/doctor-command.ts'
import { addGuestCommand } from './commands/guest-command.ts'
import { addInviteCommand } from './commands/invite-command.ts'
import { addJoinCommand } from './commands/join-command.ts'
import { addExternalCommand } from './commands/external-command.ts'
import { addKeyCommand } from './commands/key-command.ts'
import { addLeaveCommand } from './commands/leave-command.ts'
import { addListCommand } from './commands/list-command.ts'
import { addLogsCommand } from './commands/logs-command.ts'
import { addNodesCommand } from './commands/nodes-command.ts'
import { addPsCommand } from './commands/ps-command.ts'
import { addRmCommand } from './commands/rm-command.ts'
import { addRunCommand } from './commands/run-command.ts'
import { addScanCommand } from './commands/scan-command.ts'
import { addShowCommand } from './commands/show-command.ts'
import { addStatusCommand } from './commands/status-command.ts'
import { addStopCommand } from './commands/stop-command.ts'
import { addUpCommand } from './commands/up-command.ts'
import { addVersionCommand } from './commands/version-command.ts'
import { PROGRAM } from './terminal/program-name.ts'

const COMMANDS: readonly AddCommand[] = [
  addUpCommand,
  addStatusCommand,
  addRunCommand,
  addListCommand,
  addPsCommand,
  addShowCommand,
  addScanCommand,
  addRmCommand,
  addLogsCommand,
  addStopCommand,
  addInviteCommand,
  addJoinCommand,
  addNodesCommand,
  addLeaveCommand,
  addDoctorCommand,
  addKeyCommand,
  addExternalCommand,
  addGuestCommand,
  addBackendsCommand,
  addClaudeCommand,
  addVersionCommand,
]

const CLOSING_WORDS = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C.
Environment: SKEIN_HOME (data directory, ~/.skein), SKEIN_URL (node to speak to),
SKEIN_API_KEY (its key, where it asks for one), NO_COLOR.`

/** The `skein` program with all its commands; it throws instead of ending the process. */
export const createProgram = (context: CommandContext): Command => {
  const { terminal } = context
  const program = new Command(PROGRAM)
    .description('Your machines as one private AI service.')
    .version(SKEIN_VERSION, '--version')
    // So that what stands behind `--` reaches the command that it is for.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text, write) => write(colors.red(text.trimEnd())),
    })
    .showHelpAfterError('Add --help for what there is.')
    .addHelpText('after', CLOSING_WORDS)
  for (const add of COMMANDS) add(program, context)
  return program
}
