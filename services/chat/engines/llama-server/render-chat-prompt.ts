import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt, Message } from '@shared/inference/generate-request.ts'
import { adaptMessages } from '../adapt-messages.ts'
import type { Adaptation, WrittenMessage } from '../adapt-messages.ts'
import { createHiddenTexts, stringsOf } from '../hidden-texts.ts'
import { reasoningVariables, templateMessages, templateTools } from '../template-messages.ts'
import type { TemplateMessage, TemplateTool } from '../template-messages.ts'
import type { LlamaServerClient } from './llama-server-client.ts'
import { tokenizeText } from './tokenize-text.ts'
import { objectOf, textField } from './wire-reply.ts'

/** What llama-server takes as a prompt: text in which it reads markers, token ids, or both in turn. */
export type ServerPrompt = string | readonly (string | number)[]

/** What a template makes a text of. */
interface TemplateChat {
  readonly messages: readonly TemplateMessage[]
  readonly tools: readonly TemplateTool[]
  readonly variables: Readonly<Record<string, unknown>>
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
 *
 * @throws Fault `invalid_request`
 */
export const renderChatPrompt = async (
  client: LlamaServerClient,
  prompt: ChatPrompt,
  signal: AbortSignal,
): Promise<ServerPrompt> => {
  const chat = templateChat(prompt)
  // Joined, because a marker may also come about where two texts meet.
  const texts = writtenTexts(chat).join('')
  if (!(await hasMarkers(client, texts, signal))) return applyTemplate(client, chat, signal)
  const hidden = createHiddenTexts()
  const rendered = await applyTemplate(client, hidden.hide(chat), signal)
  // Begins with a text in any case: that is where llama-server puts the token that begins a sequence.
  const pieces: (readonly (string | number)[])[] = [['']]
  for (const { isMarkup, text } of hidden.reveal(rendered)) {
    if (!isMarkup) pieces.push(await tokenizeText(client, text, PLAIN_TEXT, signal))
    else if (pieces.length === 1) pieces[0] = [text]
    else pieces.push([text])
  }
  // Texts alone would be several prompts.
  return pieces.every(([first]) => typeof first === 'string') ? pieces.flat().join('') : pieces.flat()
}

/** The text that the template makes of a chat. @throws Fault `invalid_request` */
export const renderChatText = (
  client: LlamaServerClient,
  prompt: ChatPrompt,
  signal: AbortSignal,
): Promise<string> => applyTemplate(client, templateChat(prompt), signal)

const PLAIN_TEXT = { readMarkers: false, addSpecial: false } as const
const WITH_MARKERS = { readMarkers: true, addSpecial: false } as const

/** Variables that the conversation itself decides. */
const TAKEN_VARIABLES = ['messages', 'tools', 'add_generation_prompt', 'bos_token', 'eos_token'] as const

const templateChat = ({ messages, reasoning, templateVariables, tools }: ChatPrompt): TemplateChat => {
  refuseImages(messages)
  const variables = { ...reasoningVariables(reasoning ?? {}), ...templateVariables }
  const taken = TAKEN_VARIABLES.find((name) => Object.hasOwn(variables, name))
  if (taken !== undefined) {
    throw new Fault('invalid_request', `The template's variable '${taken}' is not for callers to set.`, {
      param: 'chat_template_kwargs',
    })
  }
  return { messages: templateMessages(messages, 'object'), tools: templateTools(tools ?? []), variables }
}

const refuseImages = (messages: readonly Message[]): void => {
  for (const part of messages.flatMap(({ parts }) => parts)) {
    if (part.type !== 'image') continue
    throw new Fault('invalid_request', `This model cannot see images (${part.field}).`, { param: part.field })
  }
}

/** Everything in a chat that somebody wrote, texts that may come to stand side by side together. */
const writtenTexts = ({ messages, tools, variables }: TemplateChat): readonly string[] => [
  ...messages.flatMap(({ content, name, reasoning_content: reasoning }) => [
    content,
    name ?? '',
    reasoning ?? '',
  ]),
  ...stringsOf([messages.map((message) => [message.tool_calls, message.tool_call_id]), tools, variables]),
]

const hasMarkers = async (client: LlamaServerClient, text: string, signal: AbortSignal): Promise<boolean> => {
  const [read, unread] = await Promise.all([
    tokenizeText(client, text, WITH_MARKERS, signal),
    tokenizeText(client, text, PLAIN_TEXT, signal),
  ])
  return read.length !== unread.length || read.some((token, index) => token !== unread[index])
}

/** How a chat is changed for a template that refuses it as it is, one after the other. */
const ADAPTATIONS: readonly Adaptation[] = [{}, { hasShortIds: true }, { alternates: true }]

const applyTemplate = async (
  client: LlamaServerClient,
  { messages, tools, variables }: TemplateChat,
  signal: AbortSignal,
): Promise<string> => {
  let refusal: Fault | undefined
  for (const adaptation of ADAPTATIONS) {
    const body = {
      messages: adaptMessages(messages, adaptation, undefined).map(wireMessage),
      ...(tools.length === 0 ? {} : { tools }),
      chat_template_kwargs: variables,
    }
    try {
      const reply = await client.call('/apply-template', body, signal)
      return textField(objectOf(reply), 'prompt')
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      refusal ??= error
    }
  }
  throw templateFault(refusal)
}

/** Arguments go as JSON text. llama-server parses it where the template wants what it says. */
const wireMessage = (message: WrittenMessage): unknown => ({
  ...message,
  ...(message.tool_calls === undefined
    ? {}
    : {
        tool_calls: message.tool_calls.map((call) => ({
          ...call,
          function: { name: call.function.name, arguments: JSON.stringify(call.function.arguments) },
        })),
      }),
})

/** Its message ends with what the template says, behind the place in the template's source. */
const templateFault = (refusal: Fault | undefined): Fault => {
  const said = refusal?.message ?? 'unknown reason'
  const reason = /Error: (?:Jinja Exception: )?([^\n]+)\s*$/.exec(said)?.[1] ?? said
  return new Fault(
    'invalid_request',
    `The model's chat template refuses these messages: ${reason.slice(0, 300)}`,
    { param: 'messages', cause: refusal },
  )
}
