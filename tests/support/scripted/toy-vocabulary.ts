import { checkTokens } from '@service/chat/engines/llama-server/embed-inputs.ts'

const TURN_START = 256
const TURN_END = 257
const FIRST_PIECE = 258
/** Ids beyond the pieces stand for nothing; prompts of tests have some of them. */
const LEAST_SIZE = 512

/** Token ids: one for each byte, the two markers of ChatML, and one for each piece that the model knows. */
export interface ToyVocabulary {
  readonly turnStart: number
  readonly turnEnd: number
  /** Markers in the text stay text. */
  tokenize(text: string): readonly number[]
  /** @throws Fault `invalid_request` */
  detokenize(tokens: readonly number[]): string
  /** The id of a piece, or of the first byte of another text. */
  idOf(piece: string): number
  /** @throws Fault `invalid_request` for an id that there is not */
  check(tokens: readonly number[], param?: string): readonly number[]
}

export const createToyVocabulary = (pieces: readonly string[]): ToyVocabulary => {
  const ids = new Map(pieces.map((piece, index) => [piece, FIRST_PIECE + index]))
  const size = Math.max(LEAST_SIZE, FIRST_PIECE + pieces.length)
  const pattern = patternOf(pieces)
  const check: ToyVocabulary['check'] = (tokens, param) => checkTokens(tokens, size, param)
  return {
    turnStart: TURN_START,
    turnEnd: TURN_END,
    tokenize(text) {
      const tokens: number[] = []
      // Every other part is a piece, as the pattern is one group.
      for (const [index, part] of text.toWellFormed().split(pattern).entries()) {
        if (index % 2 === 1) tokens.push(ids.get(part) ?? 0)
        else for (const byte of new TextEncoder().encode(part)) tokens.push(byte)
      }
      return tokens
    },
    detokenize(tokens) {
      const bytes = check(tokens).flatMap((token) =>
        token < TURN_START ? [token] : [...new TextEncoder().encode(pieces[token - FIRST_PIECE] ?? '')],
      )
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
    },
    idOf: (piece) => ids.get(piece) ?? new TextEncoder().encode(piece)[0] ?? 0,
    check,
  }
}

/** Finds pieces, the longest first. */
const patternOf = (pieces: readonly string[]): RegExp => {
  const longestFirst = pieces.toSorted((left, right) => right.length - left.length)
  const alternatives = longestFirst.map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`(${alternatives.length === 0 ? '(?!)' : alternatives.join('|')})`, 'u')
}
