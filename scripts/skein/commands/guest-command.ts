import colors from 'picocolors'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { keysOfNode } from '../keys/key-book.ts'
import type { KeyWish } from '../keys/key-book.ts'
import { collectNames, keyWishOf, parseBudget, parseExpiry, parseRate } from '../keys/key-wish.ts'
import type { KeyWishOptions } from '../keys/key-wish.ts'
import { findRunningNode } from '../node/node-record.ts'
import { CommandFailure } from '../terminal/command-failure.ts'
import { printableText } from '../terminal/printable-text.ts'
import { PROGRAM } from '../terminal/program-name.ts'
import { qrCode } from '../terminal/qr-code.ts'
import { connectNode, localPaths, namedUrl, withExamples, withNodeOptions } from './command-context.ts'
import type { CommandContext, NodeOptions } from './command-context.ts'

interface GuestOptions
  extends NodeOptions, Pick<KeyWishOptions, 'label' | 'model' | 'expires' | 'rate' | 'budget'> {
  readonly qr: boolean
}

const DEFAULTS = { expires: '24h', budget: '200000/day', rate: '60' } as const

/** `skein guest`: a key for somebody who may ask models for a while, and nothing else. */
export const addGuestCommand = (program: Command, context: CommandContext): void => {
  const command = program
    .command('guest')
    .description('a key for a guest: asks models, expires by itself, has a budget; with address and QR code')
    .option('--label <text>', 'whose it is', 'guest')
    .option('--model <names>', 'only for these models', collectNames)
    .option('--expires <when>', `12h, 3d, or a date (default: ${DEFAULTS.expires})`, parseGuestExpiry)
    .option(
      '--budget <tokens/period>',
      `tokens per day, month or total (default: ${DEFAULTS.budget})`,
      parseBudget,
    )
    .option('--rate <n>', `requests per minute (default: ${DEFAULTS.rate})`, parseRate)
    .option('--no-qr', 'no QR code')
  withNodeOptions(command).action((options: GuestOptions) => makeGuest(options, context))
  withExamples(
    command,
    `${PROGRAM} guest`,
    `${PROGRAM} guest --label Ana --expires 3h --budget 50000/total`,
    `${PROGRAM} guest --model my-model --json`,
  )
}

/** The key of a guest always ends. */
const parseGuestExpiry = (text: string): string => {
  const expiry = parseExpiry(text, Date.now())
  if (expiry === 'none') throw new InvalidArgumentError('It must be like 12h, 3d or 2027-01-31.')
  return expiry
}

const makeGuest = async (options: GuestOptions, context: CommandContext): Promise<void> => {
  const { terminal } = context
  const url = reachableUrl(options, context)
  const wish = guestWish(options)
  const key = await keysOfNode(connectNode(options, context)).add({ ...wish, prefix: 'sk-skein-' })
  const baseUrl = `${url}/v1`
  if (options.json) return terminal.print(JSON.stringify({ ...key, baseUrl }))
  terminal.note(
    `${key.id} '${printableText(key.label)}' may ask models until ${key.expiresAt?.slice(0, 16).replace('T', ' ') ?? 'revoked'} UTC. The key is shown only now:`,
  )
  terminal.print(`base URL  ${colors.cyan(baseUrl)}\nkey       ${colors.bold(key.token)}`)
  if (options.qr && terminal.isInteractive) terminal.print(qrCode(`${url}/#key=${key.token}`))
  terminal.note(`${PROGRAM} key rm ${key.id} ends it sooner.`)
}

const guestWish = ({ budget, expires, label, model, rate }: GuestOptions): KeyWish =>
  keyWishOf({
    label: label ?? 'guest',
    scope: ['inference'],
    expires: expires ?? parseExpiry(DEFAULTS.expires, Date.now()),
    budget: budget ?? parseBudget(DEFAULTS.budget),
    rate: rate ?? parseRate(DEFAULTS.rate),
    ...(model === undefined ? {} : { model }),
  })

/** Where a guest reaches the node. @throws CommandFailure before a key is made that nobody could use */
const reachableUrl = (options: NodeOptions, context: CommandContext): string => {
  const named = namedUrl(options, context)
  if (named !== undefined) return named
  const running = findRunningNode(localPaths(context))
  if (running === undefined)
    throw new CommandFailure('No node runs here.', {
      nextStep: `Start one for other machines: ${PROGRAM} up --lan`,
    })
  const [lanUrl] = running.lanUrls ?? []
  if (lanUrl !== undefined) return lanUrl
  throw new CommandFailure('The door of this node is open on this machine alone: no guest can reach it.', {
    nextStep: `Open it to the local network: ${PROGRAM} stop, then ${PROGRAM} up --lan`,
  })
}
