import type { LlamaServerClient } from './llama-server-client.ts'
import { isWireObject, listField, numberField, objectField } from './wire-reply.ts'

/** The tokens that end an answer of the model. */
export type EndTokens = (signal: AbortSignal) => Promise<readonly number[]>

/** They are what llama-server bans when it is told to ignore the end; it is asked once, when they are needed. */
export const createEndTokens = (client: LlamaServerClient): EndTokens => {
  let known: readonly number[] | undefined
  return async (signal) => {
    if (known !== undefined) return known
    const body = { prompt: [0], n_predict: 0, ignore_eos: true, response_fields: ['generation_settings'] }
    const settings = objectField(await client.call('/completion', body, signal), 'generation_settings')
    known = listField(settings, 'logit_bias')
      .filter(isWireObject)
      .map((bias) => numberField(bias, 'token'))
    return known
  }
}
