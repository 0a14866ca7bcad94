import { Fault } from '@shared/fault/fault.ts'
import { LlamaVocabularyType } from 'node-llama-cpp'
import type { LlamaModel, Token } from 'node-llama-cpp'
import type { TokenTexts } from './token-texts.ts'

/** Texts beyond this would hold up all answers of the model while they are cut into tokens (about a second). */
const LONGEST_TEXT = 4_000_000

/** A model's vocabulary. */
export interface ModelTokenizer {
  readonly vocabularySize: number
  /** Markers in the text stay text. @throws Fault `too_large` */
  tokenize(text: string): Token[]
  /** Markers in the text become the tokens that they name: for text of ours, never for a client's. */
  tokenizeMarkup(text: string): Token[]
  /** As `tokenize`, for text within another: no vocabulary puts a space before it. */
  tokenizeContinuation(text: string): Token[]
  /** Whether some of the text would be read as markers. */
  hasMarkers(text: string): boolean
  /** Text of the tokens, markers included. @throws Fault `invalid_request` for ids that the vocabulary lacks */
  detokenize(tokens: readonly number[]): string
  /** @throws Fault `invalid_request` for ids that the vocabulary lacks: the engine aborts over them */
  check(tokens: readonly number[], param?: string): Token[]
  /** A text of this length has at least so many tokens; 0 where that cannot be told. */
  leastTokens(length: number): number
}

export const createModelTokenizer = (model: LlamaModel, texts: TokenTexts): ModelTokenizer => {
  const pieces = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []
  const longestPiece = pieces.reduce((longest, piece) => Math.max(longest, piece.length), 1)
  const sound = (text: string): string => {
    if (text.length > LONGEST_TEXT)
      throw new Fault('too_large', `The text has more than ${LONGEST_TEXT} characters.`)
    return text.toWellFormed()
  }
  const cut = (text: string, readMarkers: boolean): Token[] => model.tokenize(sound(text), readMarkers)
  const check = (tokens: readonly number[], param?: string): Token[] => {
    const unknown = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= pieces.length)
    // Checked just now, which is all that the library's brand on a token says.
    if (unknown === undefined) return [...tokens] as Token[]
    const message = `${unknown} is no token of this model: its ids go from 0 to ${pieces.length - 1}.`
    throw new Fault('invalid_request', message, param === undefined ? {} : { param })
  }
  return {
    vocabularySize: pieces.length,
    tokenize: (text) => cut(text, false),
    tokenizeMarkup: (text) => cut(text, true),
    tokenizeContinuation: (text) =>
      text === '' ? [] : model.tokenize(sound(text), false, 'trimLeadingSpace'),
    hasMarkers: (text) => !isSame(cut(text, true), cut(text, false)),
    detokenize: (tokens) => texts.ofAll(check(tokens)),
    check,
    leastTokens: (length) => (keepsAllText(model) ? Math.ceil(length / longestPiece) : 0),
  }
}

/** Other vocabularies drop repeated spaces, or make one token of a long word that they do not know. */
const keepsAllText = ({ vocabularyType }: LlamaModel): boolean =>
  vocabularyType === LlamaVocabularyType.spm || vocabularyType === LlamaVocabularyType.bpe

const isSame = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((token, index) => token === right[index])
