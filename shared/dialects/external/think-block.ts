/** Text of an answer, told apart. */
export interface ThoughtAndText {
  readonly reasoning: string
  readonly text: string
}

/** Takes the thoughts out of a text that comes in pieces. */
export interface ThinkBlock {
  push(piece: string): ThoughtAndText
  /** What was held back, when no more comes. */
  rest(): ThoughtAndText
}

const OPEN = '<think>'
const CLOSE = '</think>'

/**
 * Servers that do not take the thoughts of a model out of its answer send them in front of it, as `<think>…</think>`.
 * Only there: what looks like it later is text.
 */
export const createThinkBlock = (): ThinkBlock => {
  let state: 'before' | 'inside' | 'behind' | 'text' = 'before'
  let held = ''
  let hasThoughts = false
  const enter = (isEnd: boolean): void => {
    const begun = held.trimStart()
    if (begun.startsWith(OPEN)) {
      state = 'inside'
      held = begun.slice(OPEN.length)
    } else if (isEnd || !OPEN.startsWith(begun)) state = 'text'
  }
  /** Without whitespace around them, so it waits until something follows. */
  const takeThoughts = (isEnd: boolean): string => {
    if (!hasThoughts) held = held.trimStart()
    const end = held.indexOf(CLOSE)
    const whole = held.slice(0, end < 0 ? held.length - (isEnd ? 0 : overlap(held)) : end)
    const thoughts = whole.trimEnd()
    hasThoughts ||= thoughts !== ''
    held = held.slice(end < 0 ? thoughts.length : end + CLOSE.length)
    if (end >= 0) state = 'behind'
    return thoughts
  }
  const takeText = (): string => {
    const text = state === 'behind' ? held.trimStart() : held
    held = ''
    if (text !== '') state = 'text'
    return text
  }
  const read = (isEnd: boolean): ThoughtAndText => {
    if (state === 'before') enter(isEnd)
    const reasoning = state === 'inside' ? takeThoughts(isEnd) : ''
    return { reasoning, text: state === 'behind' || state === 'text' ? takeText() : '' }
  }
  return {
    push(piece) {
      held += piece
      return read(false)
    },
    rest: () => read(true),
  }
}

/** How much of the text's end may be the beginning of the closing marker. */
const overlap = (text: string): number => {
  for (let length = Math.min(CLOSE.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(CLOSE.slice(0, length))) return length
  return 0
}
