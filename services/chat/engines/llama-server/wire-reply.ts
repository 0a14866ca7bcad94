import { Fault } from '@shared/fault/fault.ts'
import { contextFault } from '../../policy/context-fault.ts'

/** A JSON object of llama-server's, its fields not yet looked at. */
export type WireObject = Readonly<Record<string, unknown>>

export const isWireObject = (value: unknown): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A reply as an object; anything else is an empty one. */
export const objectOf = (value: unknown): WireObject => (isWireObject(value) ? value : {})

/** An object field of a reply, empty when it is missing. */
export const objectField = (value: unknown, name: string): WireObject => objectOf(objectOf(value)[name])

/** A number of a reply; 0 when it is missing: another version may not send it. */
export const numberField = (value: WireObject, name: string): number => {
  const field = value[name]
  return typeof field === 'number' && Number.isFinite(field) ? field : 0
}

export const textField = (value: WireObject, name: string): string => {
  const field = value[name]
  return typeof field === 'string' ? field : ''
}

/** A list of a reply that nothing works without. */
export const listField = (value: unknown, name: string): readonly unknown[] => {
  const field = objectOf(value)[name]
  if (Array.isArray(field)) return field
  throw new Fault('engine_failed', `llama-server answered without '${name}'.`)
}

/** A list of token ids. */
export const tokenList = (value: unknown, name: string): readonly number[] =>
  listField(value, name).filter((token) => typeof token === 'number')

/**
 * llama-server's refusal as ours. Its messages are about the request (a template that forbids two user turns in a row, a
 * broken grammar), so the caller gets them.
 * @param body its reply, or the event in its stream, with an `error` object
 */
export const refusalFault = (status: number, body: unknown): Fault => {
  const error = objectField(body, 'error')
  const message = textField(error, 'message').slice(0, 500)
  if (textField(error, 'type') === 'exceed_context_size_error') {
    const promptTokens = numberField(error, 'n_prompt_tokens')
    const contextTokens = numberField(error, 'n_ctx')
    return contextFault(promptTokens, contextTokens)
  }
  // Told so by embeddings and scores, which are computed in one batch.
  const [, tokens, batch] =
    /input \((\d+) tokens\) is too large to process.*\(current batch size: (\d+)\)/.exec(message) ?? []
  if (tokens !== undefined) return contextFault(Number(tokens), Number(batch))
  if (message.includes('Unexpected empty grammar stack')) {
    const reason = 'it came to a place where no token of this model can follow'
    return new Fault('invalid_request', `The engine refused the grammar: ${reason}.`, { param: 'grammar' })
  }
  if (status === 501) return new Fault('not_supported', `llama-server cannot do this: ${message}`)
  if (status === 400) return new Fault('invalid_request', `The engine refused the request: ${message}`)
  return new Fault('engine_failed', `The engine failed: ${message || `status ${status}`}`)
}
