import type { LlamaModel, Token } from 'node-llama-cpp'

/** In the order in which a grammar asks for them most. */
const PROBED_FIRST = [...'" a}],:1{[', ' ', '\n', '\u2581', '\u0120', '\u010A']
/** Tokens of a single byte, as SentencePiece writes them. */
const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/

/** What tokens there are. */
export interface ModelVocabulary {
  /** Those that end an answer. */
  endTokens(): readonly Token[]
  /** Whether a token is never part of a text. */
  isControl(token: Token): boolean
  /** The one token that stands for a marker. */
  markerToken(marker: string): Token | undefined
  /** Whether a test holds for some token; quick where it holds for one that ends the answer, or for a single character. */
  some(test: (token: Token) => boolean): boolean
}

export const createModelVocabulary = (model: LlamaModel): ModelVocabulary => {
  const pieces = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []
  // The ids of a vocabulary are the places in its list, which is all that the library's brand on a token says.
  const ids = pieces.map((_piece, id) => id as Token)
  let ends: readonly Token[] | undefined
  let probes: readonly Token[] | undefined
  const endTokens = (): readonly Token[] => (ends ??= ids.filter((token) => model.isEogToken(token)))
  return {
    endTokens,
    isControl: (token) => model.getTokenAttributes(token).control,
    markerToken(marker) {
      const [token, ...others] = model.tokenize(marker, true)
      if (token === undefined || others.length > 0) return undefined
      return model.detokenize([token], true) === marker ? token : undefined
    },
    some(test) {
      probes ??= [...endTokens(), ...probesOf(pieces, ids)]
      return probes.some(test) || ids.some(test)
    },
  }
}

/** Every text begins with one of these, in a vocabulary that has tokens for single bytes. */
const probesOf = (pieces: readonly string[], ids: readonly Token[]): readonly Token[] => {
  const rank = (token: Token): number => {
    const place = PROBED_FIRST.indexOf(pieces[token] ?? '')
    return place === -1 ? PROBED_FIRST.length : place
  }
  const isProbe = (piece: string): boolean =>
    BYTE_TOKEN.test(piece) || (piece.length === 1 && piece.charCodeAt(0) < 512)
  return ids.filter((token) => isProbe(pieces[token] ?? '')).toSorted((one, other) => rank(one) - rank(other))
}
