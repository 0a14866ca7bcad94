import type { Message, MessagePart, Role } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { optionalAnthropicText } from './anthropic-field.ts'
import { decodeAnthropicImage } from './anthropic-image.ts'
import type { AnthropicReading } from './anthropic-reading.ts'
import { refuseBlock } from './anthropic-refused-blocks.ts'
import { decodeToolResult, decodeToolUse } from './anthropic-tool-blocks.ts'

type Block = Readonly<Record<string, unknown>>

/** What a block becomes: a part of its message, a message of its own, or nothing. */
type DecodeBlock = (
  block: Block,
  param: string,
  reading: AnthropicReading,
) => MessagePart | Message | undefined

/** Marks for the cache and citations of a text are not looked at: they do not change what the model reads. */
const decodeText: DecodeBlock = ({ text }, param) => {
  if (typeof text !== 'string') throw wrongType(`${param}.text`, 'a string', text)
  return { type: 'text', text }
}

/** Nothing here signs thoughts, so no signature is checked. */
const decodeThinking: DecodeBlock = ({ signature, thinking }, param) => {
  if (typeof thinking !== 'string') throw wrongType(`${param}.thinking`, 'a string', thinking)
  optionalAnthropicText(signature, `${param}.signature`)
  return { type: 'reasoning', text: thinking }
}

const decodeRedactedThinking: DecodeBlock = ({ data }, param, { warnings }) => {
  if (typeof data !== 'string') throw wrongType(`${param}.data`, 'a string', data)
  warnings.add("Blocks of type 'redacted_thinking' are left out: only Anthropic can read them.")
  return undefined
}

const decodeResult: DecodeBlock = (block, param, reading) =>
  decodeToolResult(block, {
    param,
    calledTools: reading.calledTools,
    // A result has no blocks that become messages.
    decodeBlocks: (blocks, at) => decodeBlocks(blocks, at, { table: TOOL_RESULT, reading }).filter(isPart),
  })

const isPart = (decoded: MessagePart | Message): decoded is MessagePart => !('role' in decoded)

interface BlockTable {
  /** Whose blocks these are, in words. */
  readonly place: string
  readonly blocks: Readonly<Record<string, DecodeBlock>>
}

const TOOL_RESULT: BlockTable = {
  place: 'the result of a tool',
  blocks: { text: decodeText, image: decodeAnthropicImage },
}

/** The blocks that the messages of each role may have. */
const BLOCKS = {
  system: { place: 'a system prompt', blocks: { text: decodeText } },
  user: {
    place: 'a message of the user',
    blocks: { text: decodeText, image: decodeAnthropicImage, tool_result: decodeResult },
  },
  assistant: {
    place: 'a message of the assistant',
    blocks: {
      text: decodeText,
      thinking: decodeThinking,
      redacted_thinking: decodeRedactedThinking,
      tool_use: (block, param, { calledTools }) => decodeToolUse(block, param, calledTools),
    },
  },
} as const satisfies Record<Exclude<Role, 'tool'>, BlockTable>

/**
 * Content as Anthropic writes it, a string or blocks. Results of tools are messages of their own: what the user wrote
 * before and after them stays before and after them.
 * @throws Fault naming the block that cannot be honoured
 */
export const decodeAnthropicContent = (
  content: unknown,
  param: string,
  { reading, role }: { readonly role: Exclude<Role, 'tool'>; readonly reading: AnthropicReading },
): readonly Message[] => {
  if (typeof content === 'string') return [{ role, parts: [{ type: 'text', text: content }] }]
  const messages: Message[] = []
  let parts: MessagePart[] = []
  for (const decoded of decodeBlocks(content, param, { table: BLOCKS[role], reading })) {
    if (isPart(decoded)) parts.push(decoded)
    else {
      if (parts.length > 0) messages.push({ role, parts })
      messages.push(decoded)
      parts = []
    }
  }
  return parts.length > 0 ? [...messages, { role, parts }] : messages
}

const decodeBlocks = (
  content: unknown,
  param: string,
  { reading, table }: { readonly table: BlockTable; readonly reading: AnthropicReading },
): readonly (MessagePart | Message)[] => {
  if (!Array.isArray(content)) throw wrongType(param, 'a string or an array of blocks', content)
  return content.flatMap((block: unknown, index) => {
    const at = `${param}.${index}`
    if (!isRecord(block)) throw wrongType(at, 'an object', block)
    const { type } = block
    if (typeof type !== 'string') throw wrongType(`${at}.type`, 'a string', type)
    const decode = Object.hasOwn(table.blocks, type) ? table.blocks[type] : undefined
    if (decode === undefined) return refuseBlock(type, at, { ...table, known: Object.keys(table.blocks) })
    return decode(block, at, reading) ?? []
  })
}
