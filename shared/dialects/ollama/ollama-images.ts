import { Fault } from '@shared/fault/fault.ts'
import { wrongType } from '../wire-field.ts'

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const DATA_URL = /^data:[^,]{0,200};base64,/
const WHITE_SPACE = /\s/g

/** First bytes of the formats that vision models read. */
const SIGNATURES: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x52, 0x49, 0x46, 0x46],
  [0x42, 0x4d],
]

/**
 * One image as base64 or as a data URL, decoded. A caller's path names a file of the caller: it is never opened here.
 * @throws Fault `invalid_request`
 */
export const decodeOllamaImage = (value: unknown, param: string): Uint8Array => {
  if (typeof value !== 'string') throw wrongType(param, 'an image as base64 or as a data URL', value)
  const text = value.replace(DATA_URL, '').replaceAll(WHITE_SPACE, '')
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
  if (SIGNATURES.some((signature) => signature.every((byte, at) => bytes[at] === byte))) return bytes
  throw new Fault(
    'invalid_request',
    `'${param}' is no image: send PNG, JPEG, GIF, WebP or BMP as base64 or as a data URL. Paths and web addresses are not opened.`,
    { param },
  )
}

/** Reads every image, so that a broken one is named for what it is, and refuses the sound ones by name. */
export const refuseOllamaImages = (images: unknown, param: string): void => {
  if (images === undefined || images === null) return
  if (!Array.isArray(images)) throw wrongType(param, 'an array of images', images)
  images.forEach((image: unknown, index) => decodeOllamaImage(image, `${param}[${index}]`))
  if (images.length > 0) throw imagesFault(param)
}

export const imagesFault = (param: string): Fault =>
  new Fault('invalid_request', `'${param}': images are not supported by the models of this node yet.`, {
    param,
  })
