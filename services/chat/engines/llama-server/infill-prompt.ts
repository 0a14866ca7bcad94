import { Fault } from '@shared/fault/fault.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { tokenizeText } from './tokenize-text.ts'
import { objectOf, textField } from './wire-reply.ts'

/** Makes a prompt of the texts before and after a gap. @throws Fault `invalid_request` where the model knows no gaps */
export type InfillPrompt = (
  texts: { readonly prefix: string; readonly suffix: string },
  signal: AbortSignal,
) => Promise<readonly number[]>

interface GapMarkers {
  readonly before: number
  readonly after: number
  readonly middle: number
}

/**
 * Not by llama-server's own `/infill`: it cuts off what does not fit into a batch, without a word, and puts the names of a
 * made-up project and file before the text. It only tells the markers.
 */
export const createInfillPrompt = (client: LlamaServerClient): InfillPrompt => {
  let known: GapMarkers | undefined
  return async ({ prefix, suffix }, signal) => {
    known ??= await findMarkers(client, signal)
    const plain = { readMarkers: false, addSpecial: false }
    const begin = await tokenizeText(client, '', { readMarkers: false, addSpecial: true }, signal)
    const before = await tokenizeText(client, prefix, plain, signal)
    const after = await tokenizeText(client, suffix, plain, signal)
    return [...begin, known.before, ...before, known.after, ...after, known.middle]
  }
}

/** The prompt that it makes of nothing and nothing ends with the three markers. */
const findMarkers = async (client: LlamaServerClient, signal: AbortSignal): Promise<GapMarkers> => {
  const nothing = { input_prefix: '', input_suffix: '', n_predict: 0, response_fields: ['prompt'] }
  const reply = await client.call('/infill', nothing, signal).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'not_supported') return undefined
    throw error
  })
  const prompt = textField(objectOf(reply), 'prompt')
  const tokens = await tokenizeText(client, prompt, { readMarkers: true, addSpecial: false }, signal)
  const [before, after, middle] = tokens.slice(-3)
  if (before !== undefined && after !== undefined && middle !== undefined) return { before, after, middle }
  throw new Fault('invalid_request', 'This model was not trained to fill a gap in a text.', {
    param: 'suffix',
  })
}
