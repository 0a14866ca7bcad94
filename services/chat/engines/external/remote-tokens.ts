import { REMOTE_ABILITIES } from '@shared/dialects/external/remote-abilities.ts'
import { remoteMessages } from '@shared/dialects/external/remote-messages.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Prompt } from '@shared/inference/generate-request.ts'
import type { ExternalClient } from './external-client.ts'
import type { ExternalTarget } from './external-target.ts'

/** Only llama-server tells its tokens; others are not asked, for what they would be guessed at is not counted. */
const checkProduct = ({ id, machine, product }: ExternalTarget): void => {
  if (product === 'llama-server') return
  throw new Fault('not_supported', `The machine '${machine}' does not tell the tokens of '${id}'.`)
}

export const tokenizeRemotely = async (
  client: ExternalClient,
  target: ExternalTarget,
  text: string,
  signal: AbortSignal,
): Promise<readonly number[]> => {
  checkProduct(target)
  return tokensOf(
    await client.call(
      target,
      '/tokenize',
      { model: target.remoteName, content: text.toWellFormed(), add_special: false, parse_special: false },
      signal,
    ),
  )
}

export const detokenizeRemotely = async (
  client: ExternalClient,
  target: ExternalTarget,
  tokens: readonly number[],
  signal: AbortSignal,
): Promise<string> => {
  checkProduct(target)
  const wrong = tokens.find((token) => !Number.isSafeInteger(token) || token < 0)
  if (wrong !== undefined) throw new Fault('invalid_request', `${wrong} is no token of this model.`)
  const reply = await client.call(target, '/detokenize', { model: target.remoteName, tokens }, signal)
  const content = fieldOf(reply, 'content')
  if (typeof content === 'string') return content
  throw new Fault('engine_failed', 'The machine sent no text for these tokens.')
}

export const countRemotePrompt = async (
  client: ExternalClient,
  target: ExternalTarget,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<number> => {
  checkProduct(target)
  if (prompt.type === 'tokens') return prompt.tokens.length
  if (prompt.type === 'infill')
    throw new Fault('not_supported', `The machine '${target.machine}' does not count prompts with gaps.`)
  const content =
    prompt.type === 'text' ? prompt.text.toWellFormed() : await render(client, target, prompt, signal)
  const body = { model: target.remoteName, content, add_special: true, parse_special: true }
  return tokensOf(await client.call(target, '/tokenize', body, signal)).length
}

const render = async (
  client: ExternalClient,
  target: ExternalTarget,
  { messages, tools = [] }: Extract<Prompt, { readonly type: 'chat' }>,
  signal: AbortSignal,
): Promise<string> => {
  const body = {
    model: target.remoteName,
    messages: remoteMessages(messages, REMOTE_ABILITIES[target.product]),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ description = '', name, parameters }) => ({
            type: 'function',
            function: { name, description, parameters },
          })),
        }),
  }
  const text = fieldOf(await client.call(target, '/apply-template', body, signal), 'prompt')
  if (typeof text === 'string') return text
  throw new Fault('engine_failed', 'The machine sent no prompt for these messages.')
}

const tokensOf = (reply: unknown): readonly number[] => {
  const tokens = fieldOf(reply, 'tokens')
  if (Array.isArray(tokens) && tokens.every((token) => Number.isSafeInteger(token))) return tokens
  throw new Fault('engine_failed', 'The machine sent no list of tokens.')
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
