/** Texts in which no vocabulary has a marker; templates look at some of them (`type`, `object`). */
const PLAIN_WORDS = /^[\w.\- ]*$/
/** The quote tells whether a template wrote a text as it is, or as a string in JSON, or as one in that again. */
const PLACEHOLDER = /skeintext(\d+)(\\*)"end/

/** A piece of a rendered chat: of the template's own, or what somebody wrote. */
export interface ChatPiece {
  readonly isMarkup: boolean
  readonly text: string
}

/** Placeholders for texts while a template is rendered. */
export interface HiddenTexts {
  /** Of the same structure, with placeholders for its strings. */
  hide<Value>(value: Value): Value
  /** What was rendered, with the texts where their placeholders came out. */
  reveal(rendered: string): readonly ChatPiece[]
}

export const createHiddenTexts = (): HiddenTexts => {
  const texts: string[] = []
  const hide = (text: string): string => {
    if (PLAIN_WORDS.test(text)) return text
    texts.push(text)
    return `skeintext${texts.length - 1}"end`
  }
  return {
    // Strings become strings and the rest stays, so the type does too.
    hide: <Value>(value: Value) => mapStrings(value, hide) as Value,
    reveal: (rendered) => reveal(rendered, texts),
  }
}

/** All strings of a value, keys of objects included. */
export const stringsOf = (value: unknown): readonly string[] => {
  const strings: string[] = []
  mapStrings(value, (text) => {
    strings.push(text)
    return text
  })
  return strings
}

const mapStrings = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  )
}

const reveal = (rendered: string, texts: readonly string[]): readonly ChatPiece[] => {
  const pieces: ChatPiece[] = []
  // With two groups each placeholder becomes two parts: [markup, number, backslashes, markup, …].
  const parts = rendered.split(PLACEHOLDER)
  for (let index = 0; index < parts.length; index += 3) {
    pieces.push({ isMarkup: true, text: parts[index] ?? '' })
    const hidden = texts[Number(parts[index + 1])]
    if (hidden !== undefined)
      pieces.push({ isMarkup: false, text: inJson(hidden, (parts[index + 2] ?? '').length) })
  }
  return pieces.filter(({ text }) => text !== '')
}

/** Each time that a string is written as JSON, a quote gets one backslash more than twice those before it: 1, 3, 7. */
const inJson = (text: string, backslashes: number): string => {
  let written = text
  for (let left = backslashes; left > 0; left = (left - 1) / 2) written = JSON.stringify(written).slice(1, -1)
  return written
}
