import type { Command } from 'commander'
import { keysInFile, keysOfNode } from '../keys/key-book.ts'
import type { KeyBook, KeyFacts } from '../keys/key-book.ts'
import { collectNames, keyWishOf, parseBudget, parseExpiry, parseRate } from '../keys/key-wish.ts'
import type { KeyWishOptions } from '../keys/key-wish.ts'
import { findRunningNode } from '../node/node-record.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'
import { formatTable } from '../terminal/format-table.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { qrCode } from '../terminal/qr-code.ts'
import { connectNode, localPaths, namedUrl, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface AddOptions extends NodeOptions, KeyWishOptions {
  readonly qr?: true
}

interface RmOptions extends NodeOptions {
  readonly yes?: true
}

/** `skein key`: who else may use the node. Bare: which keys there are. */
export const addKeyCommand = (program: Command, context: CommandContext): void => {
  const key = program.command('key').description('who else may use the node, and for what')
  const list = key
    .command('list', { isDefault: true })
    .alias('ls')
    .description('the keys of the node; their secrets are kept nowhere')
  withNodeOptions(list).action((options: NodeOptions) => listKeys(options, context))
  withExamples(list, `${PROGRAM} key list`)
  addAdd(key, context)
  addChange(key, context)
  addRm(key, context)
}

const addAdd = (key: Command, context: CommandContext): void => {
  const add = key
    .command('add')
    .description('make a key; its secret is printed once, alone on standard output')
  withNodeOptions(withWish(add))
    .option('--qr', 'also as a QR code, with the address of the node')
    .action((options: AddOptions) => addKey(options, context))
  withExamples(
    add,
    `${PROGRAM} key add --label phone --qr`,
    `${PROGRAM} key add --label app --origin https://app.example --expires 30d --budget 100000/day`,
    `${PROGRAM} key add --label prometheus --scope metrics > prometheus.key`,
  )
}

const addChange = (key: Command, context: CommandContext): void => {
  const change = key.command('change').argument('<id>').description('change what a key may')
  withNodeOptions(withWish(change)).action((id: string, options: KeyWishOptions & NodeOptions) =>
    changeKey(id, options, context),
  )
  withExamples(change, `${PROGRAM} key change key_0123456789abcdef --rate 60 --expires none`)
}

const addRm = (key: Command, context: CommandContext): void => {
  const rm = key
    .command('rm')
    .argument('<id>')
    .description('revoke a key: at once, also for streams that are open')
    .option('--yes', 'do not ask')
  withNodeOptions(rm).action((id: string, options: RmOptions) => removeKey(id, options, context))
  withExamples(rm, `${PROGRAM} key rm key_0123456789abcdef --yes`)
}

const withWish = (command: Command): Command =>
  command
    .option('--label <text>', 'whose it is, or what for')
    .option(
      '--scope <names>',
      'inference, manage, metrics, admin; inference unless you say more',
      collectNames,
    )
    .option('--model <names>', 'only for these models', collectNames)
    .option('--route <templates>', 'only for these routes, such as /v1/chat/completions', collectNames)
    .option('--origin <origins>', 'also for web pages from there, such as https://app.example', collectNames)
    .option('--bind <model>', 'this model answers, whatever model is asked for')
    .option('--expires <when>', '30d, 12h, or a date', (text: string) => parseExpiry(text, Date.now()))
    .option('--rate <n>', 'requests per minute', parseRate)
    .option('--budget <tokens/period>', 'tokens per day, month or total: 100000/day', parseBudget)

/** The running node's keys, or their file while it does not run. */
const openKeyBook = async (options: NodeOptions, context: CommandContext): Promise<KeyBook> => {
  const paths = localPaths(context)
  const isElsewhere = namedUrl(options, context) !== undefined
  return isElsewhere || findRunningNode(paths) !== undefined
    ? keysOfNode(connectNode(options, context))
    : keysInFile(paths.home)
}

const addKey = async (options: AddOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const book = await openKeyBook(options, context)
  const wish = { label: 'no name', ...keyWishOf(options), prefix: 'sk-skein-' }
  const made = await book.add(wish)
  if (options.json) return terminal.print(JSON.stringify(made))
  terminal.note(`${made.id} '${printableText(made.label)}' may: ${scopesOf(made)}. It is shown only now:`)
  terminal.print(made.token)
  if (!options.qr) return
  if (terminal.isInteractive) terminal.print(qrCode(scannable(made.token, options, context)))
  else terminal.note('There is no screen to draw a QR code on.')
}

/** The address is before the key where a phone can reach it; the part after `#` is sent to nobody. */
const scannable = (secret: string, options: NodeOptions, context: CommandContext): string => {
  const url = namedUrl(options, context) ?? findRunningNode(localPaths(context))?.lanUrls?.[0]
  return url === undefined ? secret : `${url}/#key=${secret}`
}

const listKeys = async (options: NodeOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const keys = await (await openKeyBook(options, context)).list()
  if (options.json) return terminal.print(JSON.stringify({ object: 'list', data: keys }))
  if (keys.length === 0) return terminal.print(`No keys. ${PROGRAM} key add makes one.`)
  terminal.print(
    formatTable(['KEY', 'LABEL', 'SECRET', 'MAY', 'LIMITS', 'LAST USED', 'EXPIRES'], keys.map(rowOf)),
  )
}

const rowOf = (key: KeyFacts): string[] => [
  key.id,
  key.label,
  key.masked,
  scopesOf(key),
  limitsOf(key),
  key.lastUsedAt?.slice(0, 16).replace('T', ' ') ?? 'never',
  key.expiresAt?.slice(0, 10) ?? 'never',
]

const scopesOf = ({ scopes }: KeyFacts): string => scopes.join(', ')

const limitsOf = ({ requestsPerMinute, tokenBudget, tokensUsed }: KeyFacts): string =>
  [
    requestsPerMinute === null ? '' : `${requestsPerMinute}/min`,
    tokenBudget === null ? '' : `${tokensUsed ?? 0} of ${tokenBudget.tokens} tokens/${tokenBudget.period}`,
  ]
    .filter((limit) => limit !== '')
    .join(', ')

const changeKey = async (
  id: string,
  options: KeyWishOptions & NodeOptions,
  context: CommandContext,
): Promise<void> => {
  const wish = keyWishOf(options)
  if (Object.keys(wish).length === 0)
    throw new CommandFailure('Nothing was said to change.', {
      nextStep: `${PROGRAM} key change --help`,
      exitCode: EXIT_CODE.usage,
    })
  const changed = await (await openKeyBook(options, context)).change(id, wish)
  context.terminal.print(
    options.json ? JSON.stringify(changed) : `${changed.id} '${printableText(changed.label)}' is changed`,
  )
}

const removeKey = async (id: string, options: RmOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const book = await openKeyBook(options, context)
  if (options.yes !== true && !mayAsk(context))
    throw new CommandFailure('A revoked key never comes back.', {
      nextStep: `If you mean it: ${PROGRAM} key rm ${printableText(id)} --yes`,
      exitCode: EXIT_CODE.usage,
    })
  if (options.yes !== true && !confirm(`Revoke ${printableText(id)}? It never comes back.`))
    throw new CommandFailure('Nothing was revoked.', { exitCode: EXIT_CODE.cancelled })
  const removed = await book.remove(id)
  terminal.print(options.json ? JSON.stringify(removed) : `${removed.id} is revoked`)
}

const mayAsk = ({ terminal }: CommandContext): boolean => terminal.isInteractive && process.stdin.isTTY
