import { Fault } from '@shared/fault/fault.ts'
import { Template } from '@huggingface/jinja'

export interface TemplateMessage {
  readonly role: string
  readonly content: string
  readonly name?: string
}

/** A model's chat template. */
export interface ChatTemplate {
  /** The messages as the text that the model was trained on, up to where its answer begins. @throws Fault `invalid_request` */
  render(messages: readonly TemplateMessage[]): string
}

export interface TemplateTokens {
  readonly bos_token: string
  readonly eos_token: string
}

/**
 * Reads a template in Jinja.
 *
 * Not node-llama-cpp's own wrapper for such templates: it renders the place of the answer as a message of the model's, so
 * that 35 of the 70 templates that come with llama.cpp begin their answer elsewhere than the template says (no `<think>`,
 * a fixed channel). It serves where this library cannot read a template.
 *
 * @returns undefined when it cannot render even the simplest chat
 */
export const openChatTemplate = (source: string, tokens: TemplateTokens): ChatTemplate | undefined => {
  try {
    const template = new Template(source)
    const render = (messages: readonly TemplateMessage[], variables: Record<string, unknown> = {}): string =>
      template.render({ messages, add_generation_prompt: true, ...tokens, ...variables })
    const chatTemplate = createChatTemplate(render)
    chatTemplate.render([{ role: 'user', content: 'Hello' }])
    return chatTemplate
  } catch {
    return undefined
  }
}

type Render = (messages: readonly TemplateMessage[], variables?: Record<string, unknown>) => string

/**
 * Templates are particular about what they are given. One after the other:
 * 1. the messages as they are
 * 2. with an empty list of tools: some go through it without asking whether there is one
 * 3. with turns that alternate between user and model: some know no system, and no two turns of one side
 */
const createChatTemplate = (render: Render): ChatTemplate => ({
  render(messages) {
    const attempts = [
      () => render(messages),
      () => render(messages, { tools: [] }),
      () => render(alternate(messages), { tools: [] }),
    ]
    let refusal: unknown
    for (const attempt of attempts) {
      try {
        return attempt()
      } catch (error) {
        refusal ??= error
      }
    }
    const reason = refusal instanceof Error ? refusal.message.slice(0, 300) : 'unknown reason'
    throw new Fault('invalid_request', `The model's chat template refuses these messages: ${reason}`, {
      param: 'messages',
      cause: refusal,
    })
  },
})

/** All that is not the model's own is the user's; neighbours of one side become one message. */
const alternate = (messages: readonly TemplateMessage[]): readonly TemplateMessage[] => {
  const turns: TemplateMessage[] = []
  for (const { role, content } of messages) {
    const side = role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === side)
      turns[turns.length - 1] = { role: side, content: `${last.content}\n\n${content}` }
    else turns.push({ role: side, content })
  }
  return turns
}
