import type { ToolCall, ToolCallPart } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { wireObject } from '../wire-object.ts'

/**
 * The calls of a conversation. Ollama's clients often send them without ids: then they are numbered, and a result
 * answers the first open call of its name, or without a name the first of all.
 */
export interface OllamaCallBook {
  /** @throws Fault `invalid_request` naming the call and the field */
  decodeCalls(calls: unknown, param: string): readonly ToolCallPart[]
  /** The call that a result answers: its id and name, as far as they are known. */
  answered(id: string | undefined, name: string | undefined): Partial<Pick<ToolCall, 'id' | 'name'>>
}

export const createOllamaCallBook = (): OllamaCallBook => {
  let count = 0
  let open: readonly ToolCall[] = []
  return {
    decodeCalls(calls, param) {
      if (calls === undefined || calls === null) return []
      if (!Array.isArray(calls)) throw wrongType(param, 'an array of calls', calls)
      const decoded = calls.map((call: unknown, index) =>
        decodeCall(call, `${param}[${index}]`, `call_${++count}`),
      )
      // What was not answered up to now never will be.
      if (decoded.length > 0) open = decoded
      return decoded
    },
    answered(id, name) {
      const call = open.find((one) =>
        id === undefined ? name === undefined || one.name === name : one.id === id,
      )
      open = open.filter((one) => one !== call)
      const known = { id: id ?? call?.id, name: name ?? call?.name }
      return {
        ...(known.id === undefined ? {} : { id: known.id }),
        ...(known.name === undefined ? {} : { name: known.name }),
      }
    },
  }
}

/** A call as Ollama tells it; undefined when the token budget has cut it off. */
export const encodeOllamaCall = ({ id, name, arguments: text }: ToolCall, index: number) => {
  const values = parsedObject(text)
  return values === undefined ? undefined : { id, function: { index, name, arguments: values } }
}

const decodeCall = (call: unknown, param: string, spareId: string): ToolCallPart => {
  if (!isRecord(call)) throw wrongType(param, 'an object', call)
  const described = call['function']
  if (!isRecord(described)) throw wrongType(`${param}.function`, 'an object', described)
  const { name } = described
  if (typeof name !== 'string' || name === '') throw wrongType(`${param}.function.name`, 'a name', name)
  const id = call['id'] ?? ''
  if (typeof id !== 'string') throw wrongType(`${param}.id`, 'a string', id)
  return {
    type: 'tool-call',
    id: id === '' ? spareId : id,
    name,
    arguments: argumentsText(described['arguments'], `${param}.function.arguments`),
  }
}

/** Ollama's are an object; clients that know OpenAI's way send it as JSON text. */
const argumentsText = (value: unknown, param: string): string => {
  const values = typeof value === 'string' ? valuesOf(value) : (value ?? {})
  return JSON.stringify(wireObject(values, param, 'an object, or one as JSON text'))
}

const valuesOf = (text: string): unknown => (text.trim() === '' ? {} : (parsedObject(text) ?? text))

const parsedObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
