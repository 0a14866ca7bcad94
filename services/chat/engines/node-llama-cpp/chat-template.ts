import { Fault } from '@shared/fault/fault.ts'
import { Template } from '@huggingface/jinja'
import { adaptMessages } from '../adapt-messages.ts'
import type { Adaptation, Render, TemplateHabits } from '../adapt-messages.ts'
import type { TemplateMessage, TemplateTool } from '../template-messages.ts'
import { probeTemplate, readsParts } from './probe-template.ts'

/** What a template makes a text of. */
export interface TemplateChat {
  /** @param form of the arguments of calls */
  readonly messages: (form: 'object' | 'string') => readonly TemplateMessage[]
  readonly tools: readonly TemplateTool[]
  readonly variables: Readonly<Record<string, unknown>>
}

/** A model's chat template. */
export interface ChatTemplate {
  /** The chat as the text that the model was trained on, up to where its answer begins. @throws Fault `invalid_request` */
  render(chat: TemplateChat): string
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
    const render: Render = (messages, tools, variables) =>
      template.render({
        ...variables,
        messages,
        ...(tools === undefined ? {} : { tools }),
        add_generation_prompt: true,
        ...tokens,
      })
    const chatTemplate = createChatTemplate(render)
    chatTemplate.render({ messages: () => [{ role: 'user', content: 'Hello' }], tools: [], variables: {} })
    return chatTemplate
  } catch {
    return undefined
  }
}

/**
 * Templates are particular about what they are given. One after the other, until one is taken:
 * 1. the messages as they are
 * 2. with ids of calls of nine letters and digits, as some want them
 * 3. with an empty list of tools: some go through it without asking whether there is one
 * 4. with texts as lists of parts
 * 5. with turns that alternate between user and model: some know no system, and no two turns of one side
 */
const ADAPTATIONS: readonly Adaptation[] = [
  {},
  { hasShortIds: true },
  { hasToolList: true },
  { hasParts: true, hasToolList: true },
  { alternates: true, hasToolList: true },
]

const createChatTemplate = (render: Render): ChatTemplate => {
  let habits: TemplateHabits | undefined
  let canReadParts: boolean | undefined
  const attempt = (chat: TemplateChat, adaptation: Adaptation): string | undefined => {
    if (adaptation.hasParts === true && !(canReadParts ??= readsParts(render))) return undefined
    const messages = chat.messages(habits?.argumentsForm ?? 'object')
    const tools = chat.tools.length > 0 || adaptation.hasToolList === true ? chat.tools : undefined
    return render(adaptMessages(messages, adaptation, habits), tools, chat.variables)
  }
  return {
    render(chat) {
      if (hasCalls(chat)) habits ??= probeTemplate(render)
      let refusal: unknown
      for (const adaptation of ADAPTATIONS) {
        try {
          const rendered = attempt(chat, adaptation)
          if (rendered !== undefined) return rendered
        } catch (error) {
          refusal ??= error
        }
      }
      throw refused(refusal)
    },
  }
}

const hasCalls = (chat: TemplateChat): boolean =>
  chat.messages('string').some(({ role, tool_calls: calls }) => calls !== undefined || role === 'tool')

const refused = (refusal: unknown): Fault => {
  const reason = refusal instanceof Error ? refusal.message.slice(0, 300) : 'unknown reason'
  return new Fault('invalid_request', `The model's chat template refuses these messages: ${reason}`, {
    param: 'messages',
    cause: refusal,
  })
}
