import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from '../wire-field.ts'

type Block = Readonly<Record<string, unknown>>
type Check = (block: Block, param: string) => void

const texts =
  (...fields: readonly string[]): Check =>
  (block, param) => {
    for (const field of fields) {
      if (typeof block[field] !== 'string') throw wrongType(`${param}.${field}`, 'a string', block[field])
    }
  }

const content: Check = (block, param) => {
  const value = block['content']
  if (typeof value !== 'string' && !Array.isArray(value))
    throw wrongType(`${param}.content`, 'a string or an array of blocks', value)
}

/** The `source` of an image or a document, by its type. */
const sourceOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (block, param) => {
    const { source } = block
    if (!isRecord(source)) throw wrongType(`${param}.source`, 'an object', source)
    const type = String(source['type'])
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined
    if (check !== undefined) return check(source, `${param}.source`)
    const known = Object.keys(checks).join(', ')
    throw new Fault(
      'invalid_request',
      `Invalid '${param}.source.type': '${type.slice(0, 40)}' is none of ${known}.`,
      { param: `${param}.source.type` },
    )
  }

const base64 = texts('media_type', 'data')
const anywhere = { url: texts('url'), file: texts('file_id') }

const toolUse: Check = (block, param) => {
  texts('id', 'name')(block, param)
  if (!isRecord(block['input'])) throw wrongType(`${param}.input`, 'an object', block['input'])
}

const toolResult: Check = (block, param) => {
  texts('tool_use_id')(block, param)
  if (block['content'] !== undefined && block['content'] !== null) content(block, param)
}

/** Blocks that no engine here can read yet, each with its shape. */
const CHECKS: Readonly<Record<string, Check>> = {
  image: sourceOf({ base64, ...anywhere }),
  document: sourceOf({ base64, text: base64, content, ...anywhere }),
  tool_use: toolUse,
  tool_result: toolResult,
  thinking: texts('thinking', 'signature'),
  redacted_thinking: texts('data'),
}

/** What is wrong with a block comes first; that it cannot be honoured second. @throws Fault `invalid_request`, always */
export const refuseBlock = (block: Block, param: string): never => {
  const type = String(block['type'])
  if (Object.hasOwn(CHECKS, type)) CHECKS[type]?.(block, param)
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${type.slice(0, 40)}'; this version of Skein takes blocks of type 'text' only.`,
    { param: `${param}.type` },
  )
}
