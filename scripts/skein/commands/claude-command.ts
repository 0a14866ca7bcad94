import { homedir } from 'node:os'
import { join } from 'node:path'
import { findModel } from '@shared/dialects/model-name.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readClaudeState, turnClaudeOff, turnClaudeOn } from '../claude/claude-settings.ts'
import type { ClaudePaths } from '../claude/claude-settings.ts'
import { claudeVariables, shellExports } from '../claude/claude-variables.ts'
import type { ClaudeVariables } from '../claude/claude-variables.ts'
import { claudeEnvironment, findClaude, startClaude } from '../claude/start-claude.ts'
import type { NodeClient } from '../client/node-client.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { connectNode, localPaths, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface SettingsOptions {
  readonly settings?: string
  readonly json?: true
}

interface WishOptions extends NodeOptions, SettingsOptions {
  readonly model?: string
  readonly smallModel?: string
  readonly token: string
}

const DESCRIPTION = 'let Claude Code work with this node, and undo it'

const FURTHER_HELP = `
Claude Code's own prompt takes some 20,000 tokens: start the node with CHAT_CONTEXT_TOKENS=65536 or so.
Without --model Claude's names stay, and PATCH /v1/settings/anthropic-proxy says which model answers for them.`

/** `skein claude`: Claude Code on this node. Bare: how it is. */
export const addClaudeCommand = (program: Command, context: CommandContext): void => {
  const claude = program
    .command('claude')
    .description(DESCRIPTION)
    .enablePositionalOptions()
    .addHelpText('after', FURTHER_HELP)
  withSettings(claude).action((options: SettingsOptions) => showState(options, context))
  addOn(claude, context)
  addOff(claude, context)
  addState(claude, context)
  addEnvironment(claude, context)
  addRun(claude, context)
}

const addOn = (claude: Command, context: CommandContext): void => {
  const on = claude.command('on').description("write this node into Claude Code's settings")
  withSettings(withWish(on)).action((options: WishOptions) => turnOn(options, context))
  withExamples(on, `${PROGRAM} claude on`, `${PROGRAM} claude on --model qwen3-coder --small-model qwen3-4b`)
}

const addOff = (claude: Command, context: CommandContext): void => {
  const off = claude.command('off').description("give Claude Code's settings back what they had before")
  withSettings(off).action((options: SettingsOptions) => turnOff(options, context))
  withExamples(off, `${PROGRAM} claude off`)
}

const addState = (claude: Command, context: CommandContext): void => {
  const state = claude.command('status').description('which node and models Claude Code is to use')
  withSettings(state).action((options: SettingsOptions) => showState(options, context))
  withExamples(state, `${PROGRAM} claude status`, `${PROGRAM} claude status --json`)
}

const addEnvironment = (claude: Command, context: CommandContext): void => {
  const environment = claude
    .command('env')
    .description('the variables as lines for a shell; nothing is written')
  withWish(environment).action((options: WishOptions) => showEnvironment(options, context))
  withExamples(environment, `eval "$(${PROGRAM} claude env --model qwen3-coder)"`)
}

const addRun = (claude: Command, context: CommandContext): void => {
  const run = claude
    .command('run')
    .argument('[words...]', 'for claude itself, behind --')
    .description('start Claude Code on this node; nothing is written')
  withSettings(withWish(run)).action((words: readonly string[], options: WishOptions) =>
    runClaude(words, options, context),
  )
  withExamples(
    run,
    `${PROGRAM} claude run`,
    `${PROGRAM} claude run --model qwen3-coder -- -p "Explain this repository."`,
  )
}

const withWish = (command: Command): Command =>
  withNodeOptions(command)
    .option('--model <model>', 'the model that answers')
    .option('--small-model <model>', 'the model for small tasks; else the same')
    .option('--token <key>', 'a key of the node, where it asks for one', 'skein')

const withSettings = (command: Command): Command => {
  const withPath = command.option('--settings <path>', "Claude Code's settings, else ~/.claude/settings.json")
  const hasJson = command.options.some(({ long }) => long === '--json')
  return hasJson ? withPath : withPath.option('--json', 'JSON instead of text')
}

const pathsOf = ({ settings }: SettingsOptions, context: CommandContext): ClaudePaths => {
  const { CLAUDE_CONFIG_DIR: directory, HOME: home } = context.environment
  return {
    settings: settings ?? join(directory || join(home || homedir(), '.claude'), 'settings.json'),
    backups: join(localPaths(context).home, 'claude-code.json'),
  }
}

const turnOn = async (options: WishOptions, context: CommandContext): Promise<void> => {
  const variables = await variablesOf(options, context)
  const paths = pathsOf(options, context)
  turnClaudeOn(paths, variables)
  if (options.json) return showState(options, context)
  context.terminal.print(`Claude Code uses ${variables['ANTHROPIC_BASE_URL']} from its next start on.`)
  context.terminal.note(`Written to ${paths.settings}. ${PROGRAM} claude off gives it back what it had.`)
}

const turnOff = (options: SettingsOptions, context: CommandContext): void => {
  const paths = pathsOf(options, context)
  const { kept, wasOn } = turnClaudeOff(paths)
  if (options.json) return showState(options, context)
  context.terminal.print(
    wasOn ? `${paths.settings} has what it had before.` : `${paths.settings} was not changed by ${PROGRAM}.`,
  )
  if (kept.length > 0)
    context.terminal.note(`Changed by somebody else since, and left so: ${kept.join(', ')}.`)
}

const showState = (options: SettingsOptions, context: CommandContext): void => {
  const { terminal } = context
  const paths = pathsOf(options, context)
  const { isOn, variables } = readClaudeState(paths)
  const shown = Object.entries(variables)
    .filter(([name]) => /^(ANTHROPIC|CLAUDE_CODE)_/.test(name))
    .map(([name, value]) => [name, /TOKEN|KEY/.test(name) ? '(secret)' : String(value)] as const)
  if (options.json)
    return terminal.print(
      JSON.stringify({ settings: paths.settings, isOn, variables: Object.fromEntries(shown) }),
    )
  terminal.print(
    isOn
      ? `on: Claude Code uses ${String(variables['ANTHROPIC_BASE_URL'])} (${paths.settings})`
      : `off: ${paths.settings} names no node. ${PROGRAM} claude on does.`,
  )
  for (const [name, value] of shown) terminal.print(`  ${name}=${value}`)
}

const showEnvironment = async (options: WishOptions, context: CommandContext): Promise<void> => {
  const variables = await variablesOf(options, context)
  context.terminal.print(options.json ? JSON.stringify(variables) : shellExports(variables).join('\n'))
}

const runClaude = async (
  words: readonly string[],
  options: WishOptions,
  context: CommandContext,
): Promise<void> => {
  const program = findClaude(context.environment)
  const variables = await variablesOf(options, context)
  const paths = pathsOf(options, context)
  const first = readClaudeState(paths).variables
  const others = Object.keys(variables).filter((name) => name in first && first[name] !== variables[name])
  if (others.length > 0)
    context.terminal.note(`${paths.settings} comes before these options: ${others.join(', ')}.`)
  const exitCode = await startClaude(program, words, claudeEnvironment(context.environment, variables))
  if (exitCode !== 0) throw new CommandFailure(`claude ended with exit code ${exitCode}.`)
}

/** @throws CommandFailure for a model that the node does not have */
const variablesOf = async (options: WishOptions, context: CommandContext): Promise<ClaudeVariables> => {
  const client = connectNode(options, context)
  await checkModels(
    client,
    [options.model, options.smallModel].filter((name) => name !== undefined),
    context,
  )
  return claudeVariables({ ...options, url: client.url })
}

const NamedModels = Type.Object({
  data: Type.Array(Type.Object({ id: Type.String(), aliases: Type.Optional(Type.Array(Type.String())) })),
})

/** A node that does not run, or wants a key for its list, cannot be asked: that is said, and the names are taken as they are. */
const checkModels = async (
  client: NodeClient,
  names: readonly string[],
  { terminal }: CommandContext,
): Promise<void> => {
  const asked = await client.call({ path: '/v1/models', reply: NamedModels }).catch((error: unknown) => {
    if (!(error instanceof CommandFailure)) throw error
    terminal.note(`The models could not be looked up: ${error.message}`)
    return undefined
  })
  if (asked === undefined) return
  // Ids of a list of models are ids of models.
  const models = asked.data.map(({ aliases = [], id }) => ({ id: id as ModelId, aliases }))
  const unknown = names.find((name) => findModel(name, models) === undefined)
  if (unknown === undefined) return
  throw new CommandFailure(`The node at ${client.url} has no model '${unknown}'.`, {
    nextStep: `It has: ${models.map(({ id }) => id).join(', ') || 'none'}.`,
  })
}
