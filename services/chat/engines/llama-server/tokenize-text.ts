import { Fault } from '@shared/fault/fault.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { contextFault } from '../../policy/context-fault.ts'
import { tokenList } from './wire-reply.ts'

/** Beyond this a text costs seconds of a core only to learn that it does not fit. */
const LONGEST_TEXT = 4_000_000
/** No vocabulary has a piece of so many characters; the longest that are in use have about 130. */
const CHARACTERS_OF_A_TOKEN = 1024

/** What cannot fit by its mere length is not cut into tokens first. @throws Fault `context_length_exceeded` */
export const checkLength = (characters: number, contextTokens: number): void => {
  const least = Math.ceil(characters / CHARACTERS_OF_A_TOKEN)
  if (least > contextTokens) throw contextFault(`at least ${least}`, contextTokens)
}

export interface TokenizeFlags {
  /** Markers such as `<|im_end|>` become the tokens that they name: for text of ours, never for a client's. */
  readonly readMarkers: boolean
  /** With the tokens that the model wants around a text. */
  readonly addSpecial: boolean
}

/** @throws Fault `too_large` */
export const tokenizeText = async (
  client: LlamaServerClient,
  text: string,
  flags: TokenizeFlags,
  signal: AbortSignal,
): Promise<readonly number[]> => {
  if (text.length > LONGEST_TEXT)
    throw new Fault('too_large', `The text has more than ${LONGEST_TEXT} characters.`)
  const body = {
    content: text.toWellFormed(),
    parse_special: flags.readMarkers,
    add_special: flags.addSpecial,
  }
  return tokenList(await client.call('/tokenize', body, signal), 'tokens')
}
