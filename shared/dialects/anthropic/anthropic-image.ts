import { Fault } from '@shared/fault/fault.ts'
import type { ImagePart } from '@shared/inference/generate-request.ts'
import { imageFromBase64, imageFromUrl } from '../image-source.ts'
import { isRecord, wrongType } from '../wire-field.ts'

/** An `image` block. @throws Fault naming what is wrong with it; a file of Anthropic's Files API is not here */
export const decodeAnthropicImage = (block: Readonly<Record<string, unknown>>, param: string): ImagePart => {
  const { source } = block
  if (!isRecord(source)) throw wrongType(`${param}.source`, 'an object', source)
  const { type } = source
  if (typeof type !== 'string') throw wrongType(`${param}.source.type`, 'a string', type)
  if (type === 'base64') return imageFromBase64(source['data'], `${param}.source.data`)
  if (type === 'url') return imageFromUrl(source['url'], `${param}.source.url`)
  const problem =
    type === 'file'
      ? "names a file of Anthropic's Files API, which this node has not. Send the image as base64 or by its URL."
      : `is of type '${type.slice(0, 40)}', which is none of base64, url.`
  throw new Fault('invalid_request', `'${param}.source' ${problem}`, { param: `${param}.source.type` })
}
