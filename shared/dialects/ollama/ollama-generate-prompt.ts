import { Fault } from '@shared/fault/fault.ts'
import type { Message, Prompt } from '@shared/inference/generate-request.ts'
import { decodeOllamaContext } from './ollama-context.ts'
import type { OllamaGenerateBody } from './ollama-generate-schema.ts'
import { decodeOllamaImages } from './ollama-messages.ts'
import { decodeOllamaThink } from './ollama-think.ts'

/** What goes through the model's template, or around the text of a chat: of no effect on a prompt that is taken as it is. */
const CHAT_FIELDS = ['system', 'context', 'images', 'think'] as const

/**
 * The prompt of `/api/generate`: a turn of a chat, a raw text, or a gap between two texts; undefined when nothing is to
 * be written. @throws Fault `invalid_request` naming the field
 */
export const ollamaGeneratePrompt = (body: OllamaGenerateBody): Prompt | undefined => {
  const { prompt = '', suffix = '', raw = false, template = '' } = body
  if (template !== '') {
    throw new Fault(
      'invalid_request',
      "'template' is not supported: the model's own is used. For another one send the finished prompt with 'raw'.",
      { param: 'template' },
    )
  }
  if (raw) {
    refuseBeside('raw mode', body, [...CHAT_FIELDS, 'suffix'])
    return prompt === '' ? undefined : { type: 'text', text: prompt }
  }
  if (suffix === '') return chatPromptOf(body)
  refuseBeside("a prompt with a 'suffix'", body, CHAT_FIELDS)
  return { type: 'infill', prefix: prompt, suffix }
}

const chatPromptOf = (body: OllamaGenerateBody): Prompt | undefined => {
  const { prompt = '', system = '' } = body
  const images = decodeOllamaImages(body.images, 'images')
  const reasoning = decodeOllamaThink(body.think)
  const before = decodeOllamaContext(body.context)
  if (prompt === '' && images.length === 0) return undefined
  const turn: Message = {
    role: 'user',
    parts: [...images, ...(prompt === '' ? [] : [{ type: 'text' as const, text: prompt }])],
  }
  return {
    type: 'chat',
    messages: [...withSystem(before, system), turn],
    ...(reasoning === undefined ? {} : { reasoning }),
  }
}

/** The system's turn of this request takes the place of the context's. */
const withSystem = (before: readonly Message[], system: string): readonly Message[] =>
  system === ''
    ? before
    : [
        { role: 'system', parts: [{ type: 'text', text: system }] },
        ...before.filter(({ role }) => role !== 'system'),
      ]

const refuseBeside = (
  mode: string,
  body: OllamaGenerateBody,
  fields: readonly (keyof OllamaGenerateBody)[],
): void => {
  const param = fields.find((field) => !asksNothing(body[field]))
  if (param !== undefined)
    throw new Fault('invalid_request', `${mode} does not support '${param}'.`, { param })
}

const asksNothing = (value: unknown): boolean =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
