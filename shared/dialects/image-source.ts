import { Fault } from '@shared/fault/fault.ts'
import type { ImagePart } from '@shared/inference/generate-request.ts'
import { wrongType } from './wire-field.ts'

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const DATA_URL = /^data:[^,]{0,200};base64,/i
const WEB_URL = /^https?:\/\/[^\s]+$/i
const LONGEST_URL = 8192
const WHITE_SPACE = /\s/g

/** First bytes of the formats that vision models read. */
const SIGNATURES: readonly (readonly [mediaType: string, ...bytes: number[]])[] = [
  ['image/png', 0x89, 0x50, 0x4e, 0x47],
  ['image/jpeg', 0xff, 0xd8, 0xff],
  ['image/gif', 0x47, 0x49, 0x46, 0x38],
  ['image/webp', 0x52, 0x49, 0x46, 0x46],
  ['image/bmp', 0x42, 0x4d],
]

/**
 * An image as base64 or as a data URL. What it is, its first bytes say, whatever the caller says.
 * A caller's path names a file of the caller: it is never opened here.
 * @throws Fault `invalid_request`
 */
export const imageFromBase64 = (value: unknown, param: string): ImagePart => {
  if (typeof value !== 'string') throw wrongType(param, 'an image as base64 or as a data URL', value)
  const data = value.replace(DATA_URL, '').replaceAll(WHITE_SPACE, '')
  const head = BASE64.test(data) ? Buffer.from(data.slice(0, 24), 'base64') : Buffer.alloc(0)
  const format = SIGNATURES.find(([, ...bytes]) => bytes.every((byte, at) => head[at] === byte))
  if (format !== undefined)
    return { type: 'image', source: { type: 'base64', mediaType: format[0], data }, field: param }
  throw new Fault(
    'invalid_request',
    `'${param}' is no image: send PNG, JPEG, GIF, WebP or BMP as base64 or as a data URL. Paths are not opened.`,
    { param },
  )
}

/** An image at a web address, or as a data URL or base64. @throws Fault `invalid_request` */
export const imageFromUrl = (value: unknown, param: string): ImagePart => {
  if (typeof value !== 'string') throw wrongType(param, 'the URL of an image', value)
  if (value.length <= LONGEST_URL && WEB_URL.test(value) && URL.canParse(value))
    return { type: 'image', source: { type: 'url', url: value }, field: param }
  return imageFromBase64(value, param)
}
