import type { MessagePart } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { refuseBlock } from './anthropic-refused-blocks.ts'

/** Content as Anthropic writes it, a string or blocks. @throws Fault naming the block that cannot be honoured */
export const decodeAnthropicBlocks = (content: unknown, param: string): readonly MessagePart[] => {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content)) return content.map((block, index) => decodeBlock(block, `${param}.${index}`))
  throw wrongType(param, 'a string or an array of blocks', content)
}

/** Marks for the cache and citations of a text are not looked at: they do not change what the model reads. */
const decodeBlock = (block: unknown, param: string): MessagePart => {
  if (!isRecord(block)) throw wrongType(param, 'an object', block)
  const { text, type } = block
  if (typeof type !== 'string') throw wrongType(`${param}.type`, 'a string', type)
  if (type !== 'text') return refuseBlock(block, param)
  if (typeof text !== 'string') throw wrongType(`${param}.text`, 'a string', text)
  return { type: 'text', text }
}
