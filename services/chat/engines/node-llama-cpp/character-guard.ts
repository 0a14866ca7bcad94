import type { LlamaModel, Token, TokenBias } from 'node-llama-cpp'
import { toTokenBias } from './sampling-options.ts'
import type { TokenTexts } from './token-texts.ts'

/** Bytes that no text has (RFC 3629). */
const isNeverText = (byte: number): boolean => byte === 0xc0 || byte === 0xc1 || byte >= 0xf5
/** First bytes of a character behind which not every byte makes one, and those that do not. */
const IMPOSSIBLE_BEHIND: ReadonlyMap<number, readonly [from: number, to: number]> = new Map([
  [0xe0, [0x80, 0x9f]],
  [0xed, [0xa0, 0xbf]],
  [0xf0, [0x80, 0x8f]],
  [0xf4, [0x90, 0xbf]],
])
/** Finite: where a grammar leaves nothing else, it has the last word, and the library does not survive a draw from nothing. */
const UNLIKELY = -1e9

/** Keeps an answer under a grammar in whole characters. */
export interface CharacterGuard {
  /** The biases of the next draw: the request's own, and against what would be no character. */
  bias(): TokenBias
  took(token: Token): void
}

/** The tokens that a vocabulary has against it; looked up once for a model, at its first grammar. */
export interface ImpossibleTokens {
  /** Never part of a text. */
  readonly always: readonly Token[]
  behind(byte: number): readonly Token[]
}

export const findImpossibleTokens = ({ fileInfo }: LlamaModel, texts: TokenTexts): ImpossibleTokens => {
  // The ids of a vocabulary are the places in its list, which is all that the library's brand on a token says.
  const ids = (fileInfo.metadata.tokenizer?.ggml?.tokens ?? []).map((_piece, id) => id as Token)
  const behind = new Map<number, readonly Token[]>()
  for (const [byte, [from, to]] of IMPOSSIBLE_BEHIND) {
    behind.set(
      byte,
      ids.filter((token) => {
        const [first = 0] = texts.bytesOf(token)
        return first >= from && first <= to
      }),
    )
  }
  return {
    always: ids.filter((token) => texts.bytesOf(token).some(isNeverText)),
    behind: (byte) => behind.get(byte) ?? [],
  }
}

/**
 * llama.cpp's grammars take any bytes that could be a character, also those that are none: a string whose length a grammar
 * has counted would then come out longer.
 * @param own the request's biases
 */
export const createCharacterGuard = (
  model: LlamaModel,
  { impossible, texts }: { readonly impossible: ImpossibleTokens; readonly texts: TokenTexts },
  own: ReadonlyMap<Token, number>,
): CharacterGuard => {
  const against = (tokens: readonly Token[]): TokenBias =>
    toTokenBias(model, new Map([...own, ...tokens.map((token) => [token, UNLIKELY] as const)]))
  const plain = against(impossible.always)
  const guarded = new Map<number, TokenBias>()
  let last = 0
  return {
    bias() {
      const tokens = impossible.behind(last)
      if (tokens.length === 0) return plain
      const bias = guarded.get(last) ?? against([...impossible.always, ...tokens])
      guarded.set(last, bias)
      return bias
    },
    took(token) {
      last = texts.bytesOf(token).at(-1) ?? 0
    },
  }
}
