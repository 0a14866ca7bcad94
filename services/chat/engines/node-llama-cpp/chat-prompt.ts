import { Fault } from '@shared/fault/fault.ts'
import type { ChatPrompt } from '@shared/inference/generate-request.ts'
import { LlamaText, SpecialTokensText, resolveChatWrapper } from 'node-llama-cpp'
import type { ChatHistoryItem, LlamaModel, Token } from 'node-llama-cpp'
import {
  plainMessageText,
  reasoningVariables,
  templateMessages,
  templateTools,
} from '../template-messages.ts'
import type { TemplateMessage } from '../template-messages.ts'
import { openChatTemplate } from './chat-template.ts'
import type { ChatTemplate, TemplateChat } from './chat-template.ts'
import { createHiddenTexts, stringsOf } from '../hidden-texts.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'

/** Turns a chat into that after which the model answers. @throws Fault `invalid_request` */
export interface ChatPrompter {
  tokenize(prompt: ChatPrompt): Token[]
  render(prompt: ChatPrompt): string
}

/** Through the model's own template; by the name of its family where it has none that can be rendered. */
export const createChatPrompt = (model: LlamaModel, tokenizer: ModelTokenizer): ChatPrompter => {
  const template = openTemplates(model)
  if (template !== undefined) {
    return {
      tokenize: (prompt) => tokenizeChat(template(prompt), { model, tokenizer }, templateChat(prompt)),
      render: (prompt) => template(prompt).render(templateChat(prompt)),
    }
  }
  const wrapper = resolveChatWrapper(model)
  const textOf = (prompt: ChatPrompt): LlamaText =>
    wrapper.generateContextState({
      chatHistory: [
        ...templateChat(prompt).messages('object').map(toHistoryItem),
        { type: 'model', response: [] },
      ],
    }).contextText
  return {
    tokenize: (prompt) => textOf(prompt).tokenize(model.tokenizer),
    render: (prompt) => textOf(prompt).toString(),
  }
}

/** Some models bring a second template for chats with tools. */
const openTemplates = (model: LlamaModel): ((prompt: ChatPrompt) => ChatTemplate) | undefined => {
  const tokens = { bos_token: model.tokens.bosString ?? '', eos_token: model.tokens.eosString ?? '' }
  const open = (source: unknown): ChatTemplate | undefined =>
    typeof source === 'string' && source.trim() !== '' ? openChatTemplate(source, tokens) : undefined
  const { tokenizer } = model.fileInfo.metadata
  const template = open(tokenizer?.chat_template)
  if (template === undefined) return undefined
  const withTools = open(Reflect.get(tokenizer ?? {}, 'chat_template.tool_use')) ?? template
  return ({ tools }) => (tools !== undefined && tools.length > 0 ? withTools : template)
}

const templateChat = ({ messages, reasoning, templateVariables, tools }: ChatPrompt): TemplateChat => {
  for (const part of messages.flatMap((message) => message.parts)) {
    if (part.type !== 'image') continue
    throw new Fault(
      'invalid_request',
      `The engine node-llama-cpp cannot see images (${part.field}). Start the node with CHAT_ENGINE=llama-server.`,
      { param: part.field },
    )
  }
  return {
    messages: (form) => templateMessages(messages, form),
    tools: templateTools(tools ?? []),
    variables: { ...reasoningVariables(reasoning ?? {}), ...templateVariables },
  }
}

const toHistoryItem = (message: TemplateMessage): ChatHistoryItem => {
  const text = plainMessageText(message)
  if (message.role === 'assistant') return { type: 'model', response: [text] }
  return { type: message.role === 'system' ? 'system' : 'user', text }
}

/**
 * 1. No text of the chat holds a marker such as `<|im_end|>` (the rule): the rendered chat is cut into tokens as a whole,
 *    as the model was trained.
 * 2. Otherwise a user could end their own turn and speak as the system. So a placeholder stands for every text while the
 *    template is rendered, and where it comes out the text goes in, its markers not read.
 */
const tokenizeChat = (
  template: ChatTemplate,
  { model, tokenizer }: { readonly model: LlamaModel; readonly tokenizer: ModelTokenizer },
  chat: TemplateChat,
): Token[] => {
  const texts = stringsOf([chat.messages('string'), chat.tools, chat.variables])
  // Joined, because a marker may also come about where two texts meet.
  if (!tokenizer.hasMarkers(texts.join(''))) return tokenizer.tokenizeMarkup(template.render(chat))
  const hidden = createHiddenTexts()
  const rendered = template.render({
    messages: (form) => hidden.hide(chat.messages(form)),
    tools: hidden.hide(chat.tools),
    variables: hidden.hide(chat.variables),
  })
  const pieces = hidden
    .reveal(rendered)
    .map(({ isMarkup, text }) => (isMarkup ? new SpecialTokensText(text) : text))
  return LlamaText(pieces).tokenize(model.tokenizer)
}
