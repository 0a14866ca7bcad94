const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Most strings are keys and words: looking at their bytes one by one is faster than a call for each. */
const SHORT_BYTES = 24

/**
 * Where a string of JSON ends: the place behind its closing quote, or -1 when it has none.
 * @param at behind its opening quote
 */
export const jsonStringEnd = (bytes: Buffer, at: number): number => {
  let from = at
  for (;;) {
    const quote = nextQuote(bytes, from)
    if (quote < 0) return -1
    let backslashes = 0
    while (quote - backslashes > from && bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1
    from = quote + 1
    if (backslashes % 2 === 0) return from
  }
}

const nextQuote = (bytes: Buffer, from: number): number => {
  const end = Math.min(from + SHORT_BYTES, bytes.length)
  for (let at = from; at < end; at += 1) if (bytes[at] === QUOTE) return at
  return end === bytes.length ? -1 : bytes.indexOf(QUOTE, end)
}
