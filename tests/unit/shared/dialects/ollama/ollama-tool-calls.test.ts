import { expect, test } from 'bun:test'
import { createOllamaCallBook, encodeOllamaCall } from '@shared/dialects/ollama/ollama-tool-calls.ts'

const call = (name: string, id?: string) => ({ ...(id === undefined ? {} : { id }), function: { name } })

test('a call is told with its arguments as an object, in the order in which the model wrote them', () => {
  const told = encodeOllamaCall({ id: 'x', name: 'f', arguments: '{"b":1,"a":{"__proto__":2}}' }, 3)
  expect(JSON.stringify(told)).toBe(
    '{"id":"x","function":{"index":3,"name":"f","arguments":{"b":1,"a":{"__proto__":2}}}}',
  )
})

test.each(['', '{"city":"Bo', '[1]', '"x"', 'null'])('a call with the arguments %j is not told', (text) => {
  expect(encodeOllamaCall({ id: 'x', name: 'f', arguments: text }, 0)).toBeUndefined()
})

test('ids that calls bring are kept, the others are numbered through the conversation', () => {
  const book = createOllamaCallBook()
  const ids = (calls: unknown[]) => book.decodeCalls(calls, 'calls').map(({ id }) => id)
  expect(ids([call('f', 'mine'), call('f'), call('f', '')])).toEqual(['mine', 'call_2', 'call_3'])
  expect(ids([call('f')])).toEqual(['call_4'])
})

test('a call is answered once', () => {
  const book = createOllamaCallBook()
  book.decodeCalls([call('f', 'a'), call('g', 'b')], 'calls')
  expect(book.answered('b', undefined)).toEqual({ id: 'b', name: 'g' })
  expect(book.answered(undefined, 'g')).toEqual({ name: 'g' })
  expect(book.answered(undefined, undefined)).toEqual({ id: 'a', name: 'f' })
  expect(book.answered(undefined, undefined)).toEqual({})
})
