import type { Static, TSchema } from '@sinclair/typebox'
import { showCheckDigits } from '@service/router/policy/pairing/check-digits.ts'
import colors from 'picocolors'
import type { NodeClient } from '../client/node-client.ts'
import type { CommandContext } from '../commands/command-context.ts'
import { printableText } from '../terminal/printable-text.ts'
import { askPerson } from './ask-person.ts'
import type { PersonOptions } from './ask-person.ts'
import type { OtherNode } from './cluster-replies.ts'

export interface Confirmation<Schema extends TSchema> {
  readonly client: NodeClient
  /** Where yes or no is told. */
  readonly path: string
  readonly reply: Schema
  readonly other: OtherNode
  /** `Let it in?` */
  readonly question: string
  readonly warnings: readonly string[]
}

/**
 * Shows who is at the other end with the digits to compare, and tells the node what the person says.
 * @param context its signal fires when there is nothing to say any more
 */
export const confirmPairing = async <Schema extends TSchema>(
  confirmation: Confirmation<Schema>,
  options: PersonOptions,
  { signal, terminal }: CommandContext & { readonly signal: AbortSignal },
): Promise<Static<Schema>> => {
  const { client, other, path, question, reply, warnings } = confirmation
  const { checkDigits: check } = other
  terminal.note(
    `${colors.bold(printableText(other.name))} at ${printableText(other.address)}. Both machines must show the same digits: ${colors.bold(showCheckDigits(check))}`,
  )
  for (const warning of warnings) terminal.note(colors.yellow(printableText(warning)))
  const accept = options.yes ?? (await askPerson(question, signal))
  return client.call({ method: 'POST', path, body: { accept, check }, reply, signal })
}
