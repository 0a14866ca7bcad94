import { CLOSE_OBJECT, COLON, COMMA, JsonCursor, OPEN_OBJECT, QUOTE } from './json-cursor.ts'

const FIELD = 'previous_response_id'
/** Ids of responses are shorter. */
const LONGEST_ID = 256

/** The response from which a body of OpenAI's Responses API goes on; undefined when it names none. */
export const earlierResponseIn = (body: Uint8Array): string | undefined => {
  const cursor = new JsonCursor(body)
  if (cursor.next() !== OPEN_OBJECT) return undefined
  for (let start = cursor.next(); start === QUOTE; start = cursor.next()) {
    const key = cursor.readString()
    if (key === undefined || cursor.next() !== COLON) return undefined
    if (key === FIELD) return idAt(cursor)
    if (!cursor.skipValue()) return undefined
    const separator = cursor.next()
    if (separator === CLOSE_OBJECT || separator !== COMMA) return undefined
  }
  return undefined
}

const idAt = (cursor: JsonCursor): string | undefined => {
  const id = cursor.next() === QUOTE ? cursor.readString() : undefined
  return id === undefined || id === '' || id.length > LONGEST_ID ? undefined : id
}
