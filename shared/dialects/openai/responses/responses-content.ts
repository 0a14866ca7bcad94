import { Fault } from '@shared/fault/fault.ts'
import type { ImagePart, MessagePart } from '@shared/inference/generate-request.ts'
import { imageFromUrl } from '../../image-source.ts'
import { isRecord, wrongType } from '../../wire-field.ts'
import { encodeLogprobs } from './responses-items.ts'
import type { ContentPart, MessageItem, OutputTextPart } from './responses-items.ts'

export const outputText = (text: string): OutputTextPart => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: encodeLogprobs(),
})

/** The content of a message: a text, or parts. @throws Fault naming the part that cannot be honoured */
export const readContent = (
  content: unknown,
  param: string,
  role: MessageItem['role'],
): readonly ContentPart[] => {
  if (typeof content === 'string')
    return [role === 'assistant' ? outputText(content) : { type: 'input_text', text: content }]
  if (Array.isArray(content)) return content.map((part, index) => readPart(part, `${param}[${index}]`))
  // What an assistant said may be nothing: it called a function.
  if (role === 'assistant' && (content === null || content === undefined)) return []
  throw wrongType(param, 'a string or an array of content parts', content)
}

/** What a function answered: a text, or parts. */
export const readCallOutput = (output: unknown, param: string): string | readonly ContentPart[] => {
  if (typeof output === 'string') return output
  if (Array.isArray(output)) return output.map((part, index) => readPart(part, `${param}[${index}]`))
  throw wrongType(param, 'a string or an array of content parts', output)
}

const readPart = (part: unknown, param: string): ContentPart => {
  if (!isRecord(part)) throw wrongType(param, 'an object', part)
  const reader = typeof part['type'] === 'string' ? READERS.get(part['type']) : undefined
  if (reader !== undefined) return reader(part, param)
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${String(part['type']).slice(0, 40)}'. Supported are 'input_text', 'input_image', 'output_text' and 'refusal'.`,
    { param: `${param}.type` },
  )
}

type PartReader = (part: Readonly<Record<string, unknown>>, param: string) => ContentPart

const textOf = (part: Readonly<Record<string, unknown>>, field: string, param: string): string => {
  const text = part[field]
  if (typeof text === 'string') return text
  throw wrongType(`${param}.${field}`, 'a string', text)
}

const readImage: PartReader = (part, param) => {
  const { detail, file_id: fileId, image_url: url } = part
  if (fileId !== undefined && fileId !== null) {
    throw new Fault(
      'invalid_request',
      `'${param}.file_id' is not supported: this node keeps no files. Send the image in 'image_url'.`,
      { param: `${param}.file_id` },
    )
  }
  // Chat's form, an object with the URL in it, is what many clients send here too.
  const image = isRecord(url) ? url['url'] : url
  imageFromUrl(image, `${param}.image_url`)
  return {
    type: 'input_image',
    image_url: String(image),
    detail: typeof detail === 'string' ? detail : 'auto',
  }
}

const refuse =
  (what: string): PartReader =>
  (_, param) => {
    throw new Fault('invalid_request', `'${param}': ${what} cannot be read by this version of Skein.`, {
      param,
    })
  }

const READERS = new Map<string, PartReader>([
  ['input_text', (part, param) => ({ type: 'input_text', text: textOf(part, 'text', param) })],
  ['output_text', (part, param) => outputText(textOf(part, 'text', param))],
  ['refusal', (part, param) => ({ type: 'refusal', refusal: textOf(part, 'refusal', param) })],
  ['input_image', readImage],
  ['input_file', refuse('files (input_file)')],
  ['input_audio', refuse('audio (input_audio)')],
  ['input_video', refuse('video (input_video)')],
])

/** A part as the model gets it. @param param where the caller wrote it */
export const messagePartOf = (part: ContentPart, param: string): MessagePart => {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image':
      return imageOf(part.image_url, param)
  }
}

const imageOf = (url: string, param: string): ImagePart => imageFromUrl(url, param)
