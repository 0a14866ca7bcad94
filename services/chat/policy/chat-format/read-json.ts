import { awaitText, isSpace, skipSpace } from './text-feed.ts'
import type { Parsing, TextFeed } from './text-feed.ts'

const LONGEST_STRING = 1024

/**
 * Reads a JSON object whose `{` comes next, its form not checked.
 * @param tell gets its text in pieces, without the last `}`
 * @returns whether it is an object
 */
export function* readJsonObject(feed: TextFeed, tell: (text: string) => void): Parsing<boolean> {
  yield* skipSpace(feed)
  if (feed.peek() !== '{') return false
  yield* readNested(feed, tell)
  return true
}

/** Reads over a value of any kind. What follows it stays unread. */
export function* skipJsonValue(feed: TextFeed): Parsing {
  yield* skipSpace(feed)
  if ('{["'.includes(feed.peek())) return yield* readNested(feed, () => {})
  while (!isSpace(feed.peek()) && !',}]'.includes(feed.peek())) {
    feed.skip(1)
    yield* awaitText(feed)
  }
}

/** Reads an object, a list or a string up to its own end. */
function* readNested(feed: TextFeed, tell: (text: string) => void): Parsing {
  const nesting = new Nesting()
  while (true) {
    yield* awaitText(feed)
    const piece = feed.rest
    const end = nesting.endIn(piece)
    tell(piece.slice(0, end ?? piece.length))
    feed.skip(end === undefined ? piece.length : end + 1)
    if (end !== undefined) return
  }
}

/** How deep in brackets, or in a string, a JSON text is. */
class Nesting {
  #depth = 0
  #isString = false
  #isEscaped = false

  /** @returns the place of the character that closes the outermost value, if it is in this piece */
  endIn(piece: string): number | undefined {
    for (let index = 0; index < piece.length; index++) {
      this.#follow(piece.charAt(index))
      if (this.#depth === 0 && !this.#isString) return index
    }
    return undefined
  }

  #follow(character: string): void {
    if (this.#isString) this.#followString(character)
    else if (character === '"') this.#isString = true
    else if (character === '{' || character === '[') this.#depth += 1
    else if (character === '}' || character === ']') this.#depth -= 1
  }

  #followString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (character === '\\') this.#isEscaped = true
    else if (character === '"') this.#isString = false
  }
}

/** Reads a short JSON string. @returns undefined when it is none, or too long */
export function* readJsonString(feed: TextFeed): Parsing<string | undefined> {
  yield* skipSpace(feed)
  if (feed.peek() !== '"') return undefined
  let json = ''
  let isEscaped = false
  while (json.length < LONGEST_STRING) {
    yield* awaitText(feed)
    const character = feed.peek()
    feed.skip(1)
    json += character
    if (character === '"' && !isEscaped && json.length > 1) return parsedString(json)
    isEscaped = character === '\\' && !isEscaped
  }
  return undefined
}

const parsedString = (json: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
