import { Fault } from '@shared/fault/fault.ts'
import type { ImagePart, TextPart } from '@shared/inference/generate-request.ts'
import { imageFromUrl } from '../image-source.ts'
import { isRecord, wrongType } from '../wire-field.ts'

type ContentPart = TextPart | ImagePart
type WirePart = Readonly<Record<string, unknown>>
type PartReader = (part: WirePart, param: string) => ContentPart

/** Each type of part that is read. `image` is LocalAI's word for `image_url`. */
const READERS = new Map<unknown, PartReader>([
  ['text', (part, param) => textOf(part['text'], `${param}.text`)],
  ['refusal', (part, param) => textOf(part['refusal'], `${param}.refusal`)],
  ['image_url', (part, param) => imageOf(part, param)],
  ['image', (part, param) => imageOf(part, param)],
])

/** The `content` of a message: a text, or a list of parts. @throws Fault naming the part that cannot be read */
export const decodeOpenaiContent = (content: unknown, param: string): readonly ContentPart[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw wrongType(param, 'a string or an array of content parts', content)
  return content.map((part: unknown, index) => decodePart(part, `${param}[${index}]`))
}

const decodePart = (part: unknown, param: string): ContentPart => {
  if (!isRecord(part)) throw wrongType(param, 'an object', part)
  const { type } = part
  const read = READERS.get(type)
  if (read !== undefined) return read(part, param)
  if (typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${type.slice(0, 40)}'; this version of Skein reads parts of type 'text' and 'image_url' only.`,
    { param: `${param}.type` },
  )
}

const textOf = (text: unknown, param: string): TextPart => {
  if (typeof text === 'string') return { type: 'text', text }
  throw wrongType(param, 'a string', text)
}

/** The address is in an object, as OpenAI has it, or bare, as others do. */
const imageOf = (part: WirePart, param: string): ImagePart => {
  const image = part['image_url'] ?? part['image']
  const source = isRecord(image)
    ? imageFromUrl(image['url'], `${param}.image_url.url`)
    : imageFromUrl(image, `${param}.image_url`)
  return { ...source, field: param }
}
