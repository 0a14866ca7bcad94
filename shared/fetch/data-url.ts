import { Fault } from '@shared/fault/fault.ts'
import { tooLarge } from './foreign-body.ts'

export interface DataUrlContent {
  /** In lower case, without parameters. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/
const LONGEST_TYPE = 200

/** True for what `readDataUrl` reads: nothing of it is fetched. */
export const isDataUrl = (text: string): boolean => /^data:/i.test(text)

/** Reads text for which `isDataUrl` is true. @throws Fault `invalid_request` or `too_large` */
export const readDataUrl = (text: string, param: string, maxBytes: number): DataUrlContent => {
  // Neither base64 nor percent signs need four characters for a byte.
  if (text.length > maxBytes * 4 + LONGEST_TYPE) throw tooLarge(param, maxBytes)
  const comma = text.indexOf(',')
  if (comma < 0 || comma > LONGEST_TYPE) throw wrongData(param, 'has no comma after its media type')
  const [type = '', ...parameters] = text.slice('data:'.length, comma).toLowerCase().split(';')
  const decode = parameters.at(-1)?.trim() === 'base64' ? fromBase64 : fromPercent
  const bytes = decode(text.slice(comma + 1), param)
  if (bytes.length > maxBytes) throw tooLarge(param, maxBytes)
  return { contentType: type.trim() || 'text/plain', bytes }
}

const fromBase64 = (text: string, param: string): Uint8Array => {
  const plain = text.includes('%') ? new TextDecoder('latin1').decode(fromPercent(text, param)) : text
  const data = plain.replaceAll(/[\t\n\f\r ]/g, '')
  if (!BASE64.test(data)) throw wrongData(param, 'is not valid base64')
  return Buffer.from(data, 'base64')
}

const fromPercent = (text: string, param: string): Uint8Array => {
  const source = Buffer.from(text, 'utf8')
  const target = new Uint8Array(source.length)
  let length = 0
  for (let at = 0; at < source.length; at += 1) {
    const escape = source[at] === 0x25 ? source.toString('latin1', at + 1, at + 3) : undefined
    if (escape !== undefined && !/^[0-9a-f]{2}$/i.test(escape))
      throw wrongData(param, 'has a percent sign without two hexadecimal digits')
    target[length] = escape === undefined ? (source[at] ?? 0) : Number.parseInt(escape, 16)
    length += 1
    if (escape !== undefined) at += 2
  }
  return target.slice(0, length)
}

const wrongData = (param: string, problem: string): Fault =>
  new Fault('invalid_request', `The data URL in '${param}' ${problem}.`, { param })
