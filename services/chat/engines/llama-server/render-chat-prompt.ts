import type { Message } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { tokenizeText } from './tokenize-text.ts'
import { objectOf, textField } from './wire-reply.ts'

/** What llama-server takes as a prompt: text in which it reads markers, token ids, or both in turn. */
export type ServerPrompt = string | readonly (string | number)[]

interface WireMessage {
  readonly role: string
  readonly content: string
  readonly name?: string
}

/**
 * A chat as a prompt, through the model's own template.
 *
 * The trap: llama-server reads markers such as `<|im_end|>` anywhere in a rendered prompt, so a user could end their own
 * turn and speak as the system. So:
 * 1. Cut what the clients wrote into tokens with and without reading markers. Equal (the rule): the prompt goes as one
 *    text, so that template and text are cut into tokens together, as the model was trained.
 * 2. Otherwise a placeholder stands for every text while the template is rendered.
 * 3. Then the tokens of the text, its markers not read, go where the placeholder is.
 */
export const renderChatPrompt = async (
  client: LlamaServerClient,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<ServerPrompt> => {
  const wireMessages = messages.map(toWireMessage)
  const texts = wireMessages.flatMap(({ content, name }) =>
    name === undefined ? [content] : [content, name],
  )
  // Joined, because a marker may also come about where two texts meet.
  if (!(await hasMarkers(client, texts.join(''), signal))) return applyTemplate(client, wireMessages, signal)
  const hidden = await hideTexts(client, texts, signal)
  const hide = (text: string): string => hidden.get(text)?.placeholder ?? text
  const rendered = await applyTemplate(
    client,
    wireMessages.map(({ content, name, role }) => ({
      role,
      content: hide(content),
      ...(name === undefined ? {} : { name: hide(name) }),
    })),
    signal,
  )
  return fillIn(rendered, [...hidden.values()])
}

const toWireMessage = (message: Message): WireMessage => ({
  role: message.role,
  content: messageText(message).toWellFormed(),
  ...(message.name === undefined ? {} : { name: message.name.toWellFormed() }),
})

const hasMarkers = async (client: LlamaServerClient, text: string, signal: AbortSignal): Promise<boolean> => {
  const [read, unread] = await Promise.all([
    tokenizeText(client, text, { readMarkers: true, addSpecial: false }, signal),
    tokenizeText(client, text, { readMarkers: false, addSpecial: false }, signal),
  ])
  return read.length !== unread.length || read.some((token, index) => token !== unread[index])
}

interface HiddenText {
  readonly placeholder: string
  readonly tokens: readonly number[]
}

const hideTexts = async (
  client: LlamaServerClient,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HiddenText>> => {
  // Random, so that no text can hold it; letters and digits only, so that no template changes it.
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const hidden = new Map<string, HiddenText>()
  // An empty text stays: templates ask whether there is one.
  for (const text of new Set(texts.filter((candidate) => candidate !== ''))) {
    const tokens = await tokenizeText(client, text, { readMarkers: false, addSpecial: false }, signal)
    hidden.set(text, { placeholder: `skein${nonce}n${hidden.size}e`, tokens })
  }
  return hidden
}

const applyTemplate = async (
  client: LlamaServerClient,
  messages: readonly WireMessage[],
  signal: AbortSignal,
): Promise<string> => {
  const reply = await client.call('/apply-template', { messages }, signal)
  return textField(objectOf(reply), 'prompt')
}

/** Begins with a text in any case: that is where llama-server puts the token that begins a sequence. */
const fillIn = (rendered: string, hidden: readonly HiddenText[]): ServerPrompt => {
  let pieces: readonly (string | number)[] = [rendered]
  for (const { placeholder, tokens } of hidden) {
    pieces = pieces.flatMap((piece) =>
      typeof piece === 'string'
        ? piece.split(placeholder).flatMap((part, index) => (index === 0 ? [part] : [...tokens, part]))
        : [piece],
    )
  }
  return pieces.filter((piece, index) => index === 0 || piece !== '')
}
