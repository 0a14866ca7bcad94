import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from '../../wire-field.ts'
import { readCallOutput, readContent } from './responses-content.ts'
import { inputItemId } from './responses-items.ts'
import type { FunctionCallItem, MessageItem, ReasoningItem, ResponseItem } from './responses-items.ts'

/** An item of a conversation and, when it is kept already, the key under which it is. */
export interface ContextItem {
  readonly item: ResponseItem
  readonly key?: number
  /** Where the caller wrote it, for a refusal that names it. */
  readonly param: string
}

export interface InputContext {
  readonly responseId: string
  /** Looks up what an `item_reference` means. */
  readonly findItem: (id: string) => { readonly item: ResponseItem; readonly key?: number } | undefined
}

const MOST_ITEMS = 10_000
const SANE_ID = /^[\w-]{1,128}$/
const ROLES: ReadonlySet<unknown> = new Set<MessageItem['role']>(['user', 'assistant', 'system', 'developer'])

/** The `input` of a request as items with ids. @throws Fault naming the item and field that cannot be honoured */
export const readInput = (input: unknown, context: InputContext): readonly ContextItem[] => {
  if (input === undefined) return []
  if (typeof input === 'string') return readInput([{ role: 'user', content: input }], context)
  if (!Array.isArray(input)) throw wrongType('input', 'a string or an array of items', input)
  if (input.length > MOST_ITEMS)
    throw new Fault('invalid_request', `'input' may have at most ${MOST_ITEMS} items.`, { param: 'input' })
  return input.map((item, index) => readItem(item, index, context))
}

const readItem = (item: unknown, index: number, context: InputContext): ContextItem => {
  const param = `input[${index}]`
  if (!isRecord(item)) throw wrongType(param, 'an object', item)
  const type = typeOf(item, param)
  if (type === 'item_reference') return { ...findReferred(item, param, context), param }
  const id = typeof item['id'] === 'string' && SANE_ID.test(item['id']) ? item['id'] : undefined
  const base = { id: id ?? inputItemId(context.responseId, type, index), status: 'completed' as const }
  return { item: READERS[type](item, base, param), param }
}

/** Items without a type are messages by their role and references by their id, as OpenAI has it. */
const typeOf = (
  item: Readonly<Record<string, unknown>>,
  param: string,
): ResponseItem['type'] | 'item_reference' => {
  const { id, role, type } = item
  if (type === undefined || type === null) {
    if (role !== undefined) return 'message'
    if (id !== undefined) return 'item_reference'
  }
  if (type === 'item_reference' || isKnownType(type)) return type
  throw new Fault(
    'invalid_request',
    `'${param}' is of type '${String(type).slice(0, 40)}'. Supported are 'message', 'reasoning', 'function_call', 'function_call_output' and 'item_reference'.`,
    { param: `${param}.type` },
  )
}

const findReferred = (
  item: Readonly<Record<string, unknown>>,
  param: string,
  { findItem }: InputContext,
): Omit<ContextItem, 'param'> => {
  const { id } = item
  if (typeof id !== 'string') throw wrongType(`${param}.id`, 'the id of an item', id)
  const found = findItem(id)
  if (found !== undefined) return found
  throw new Fault(
    'invalid_request',
    `There is no item with the id '${id.slice(0, 128)}' on this node. Only items of stored responses can be referred to.`,
    { param: `${param}.id` },
  )
}

interface ItemBase {
  readonly id: string
  readonly status: 'completed'
}

type ItemReader = (item: Readonly<Record<string, unknown>>, base: ItemBase, param: string) => ResponseItem

const readMessage: ItemReader = (item, base, param) => {
  const { content, role } = item
  if (!isRole(role)) {
    const shown = typeof role === 'string' ? `'${role.slice(0, 40)}'` : 'missing'
    throw new Fault(
      'invalid_request',
      `'${param}.role' is ${shown}. Supported are 'user', 'assistant', 'system' and 'developer'.`,
      { param: `${param}.role` },
    )
  }
  return { type: 'message', ...base, role, content: readContent(content, `${param}.content`, role) }
}

const readReasoning: ItemReader = (item, base, param): ReasoningItem => ({
  type: 'reasoning',
  ...base,
  summary: readTexts(item['summary'], 'summary_text', `${param}.summary`),
  content: readTexts(item['content'], 'reasoning_text', `${param}.content`),
})

const readTexts = <Type extends string>(
  value: unknown,
  type: Type,
  param: string,
): readonly { readonly type: Type; readonly text: string }[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw wrongType(param, `an array of parts of type '${type}'`, value)
  return value.map((part: unknown, index) => {
    if (isRecord(part) && typeof part['text'] === 'string') return { type, text: part['text'] }
    throw wrongType(`${param}[${index}]`, `a part of type '${type}' with its text`, part)
  })
}

const readCall: ItemReader = (item, base, param): FunctionCallItem => ({
  type: 'function_call',
  ...base,
  call_id: nonEmpty(item['call_id'], `${param}.call_id`),
  name: nonEmpty(item['name'], `${param}.name`),
  arguments: readArguments(item['arguments'], `${param}.arguments`),
})

const readArguments = (value: unknown, param: string): string => {
  if (typeof value !== 'string') throw wrongType(param, 'the JSON text of an object', value)
  if (value.trim() === '') return '{}'
  try {
    if (isRecord(JSON.parse(value))) return value
  } catch {
    // Told below.
  }
  throw new Fault('invalid_request', `'${param}' is not the JSON text of an object.`, { param })
}

const readAnswer: ItemReader = (item, base, param) => ({
  type: 'function_call_output',
  ...base,
  call_id: nonEmpty(item['call_id'], `${param}.call_id`),
  output: readCallOutput(item['output'], `${param}.output`),
})

const nonEmpty = (value: unknown, param: string): string => {
  if (typeof value === 'string' && value !== '') return value
  throw wrongType(param, 'a string that is not empty', value)
}

const READERS = {
  message: readMessage,
  reasoning: readReasoning,
  function_call: readCall,
  function_call_output: readAnswer,
} as const satisfies Record<ResponseItem['type'], ItemReader>

const isKnownType = (type: unknown): type is ResponseItem['type'] =>
  typeof type === 'string' && Object.hasOwn(READERS, type)

const isRole = (role: unknown): role is MessageItem['role'] => ROLES.has(role)
