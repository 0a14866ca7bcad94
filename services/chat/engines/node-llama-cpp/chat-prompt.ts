import type { ChatPrompt, Message } from '@shared/inference/generate-request.ts'
import { messageText } from '@shared/inference/message-text.ts'
import { LlamaText, SpecialTokensText, resolveChatWrapper } from 'node-llama-cpp'
import type { ChatHistoryItem, LlamaModel, Token } from 'node-llama-cpp'
import { openChatTemplate } from './chat-template.ts'
import type { ChatTemplate, TemplateMessage } from './chat-template.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'

/** Turns a chat into that after which the model answers. @throws Fault `invalid_request` */
export interface ChatPrompter {
  tokenize(prompt: ChatPrompt): Token[]
  render(prompt: ChatPrompt): string
}

/** Through the model's own template; by the name of its family where it has none that can be rendered. */
export const createChatPrompt = (model: LlamaModel, tokenizer: ModelTokenizer): ChatPrompter => {
  const source = model.fileInfo.metadata.tokenizer?.chat_template ?? ''
  const tokens = { bos_token: model.tokens.bosString ?? '', eos_token: model.tokens.eosString ?? '' }
  const template = source.trim() === '' ? undefined : openChatTemplate(source, tokens)
  if (template !== undefined) {
    return {
      tokenize: ({ messages }) =>
        tokenizeChat(template, { model, tokenizer }, messages.map(toTemplateMessage)),
      render: ({ messages }) => template.render(messages.map(toTemplateMessage)),
    }
  }
  const wrapper = resolveChatWrapper(model)
  const textOf = ({ messages }: ChatPrompt): LlamaText =>
    wrapper.generateContextState({
      chatHistory: [...messages.map(toHistoryItem), { type: 'model', response: [] }],
    }).contextText
  return {
    tokenize: (prompt) => textOf(prompt).tokenize(model.tokenizer),
    render: (prompt) => textOf(prompt).toString(),
  }
}

const toTemplateMessage = (message: Message): TemplateMessage => ({
  role: message.role,
  content: messageText(message),
  ...(message.name === undefined ? {} : { name: message.name }),
})

const toHistoryItem = (message: Message): ChatHistoryItem => {
  if (message.role === 'assistant') return { type: 'model', response: [messageText(message)] }
  return { type: message.role === 'system' ? 'system' : 'user', text: messageText(message) }
}

/**
 * 1. No text of the messages holds a marker such as `<|im_end|>` (the rule): the rendered chat is cut into tokens as a
 *    whole, as the model was trained.
 * 2. Otherwise a user could end their own turn and speak as the system. So a placeholder stands for every text while the
 *    template is rendered, and where it comes out the text goes in, its markers not read.
 */
const tokenizeChat = (
  template: ChatTemplate,
  { model, tokenizer }: { readonly model: LlamaModel; readonly tokenizer: ModelTokenizer },
  messages: readonly TemplateMessage[],
): Token[] => {
  const texts = messages.flatMap(({ content, name }) => (name === undefined ? [content] : [content, name]))
  // Joined, because a marker may also come about where two texts meet.
  if (!tokenizer.hasMarkers(texts.join(''))) return tokenizer.tokenizeMarkup(template.render(messages))
  const hidden = new Map<string, string>()
  const hide = (text: string): string => {
    const placeholder = `skeintext${hidden.size}end`
    hidden.set(placeholder, text)
    return placeholder
  }
  const rendered = template.render(
    messages.map(({ role, content, name }) => ({
      role,
      content: hide(content),
      ...(name === undefined ? {} : { name: hide(name) }),
    })),
  )
  const pieces = rendered
    .split(/(skeintext\d+end)/)
    .map((piece) => hidden.get(piece) ?? new SpecialTokensText(piece))
  return LlamaText(pieces).tokenize(model.tokenizer)
}
