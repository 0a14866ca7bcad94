import { LlamaVocabularyType } from 'node-llama-cpp'
import type { LlamaModel, Token } from 'node-llama-cpp'
import { tokenBytes } from './token-bytes.ts'

/** Tokens as text. */
export interface TokenTexts {
  /** Text of the tokens as it reads after those before them; control tokens are left out. */
  ofAnswer(tokens: readonly Token[], before: readonly Token[]): string
  /** Text of the tokens, markers included. */
  ofAll(tokens: readonly Token[]): string
  /** The bytes of a token: it can be a part of a character. */
  bytesOf(token: Token): readonly number[]
}

/**
 * Of a vocabulary of bytes the bytes are the text. The library would tidy it: it drops the space in `a .`, unless the
 * file's tokenizer is one of those that it knows.
 */
export const createTokenTexts = (model: LlamaModel): TokenTexts => {
  const pieces = model.fileInfo.metadata.tokenizer?.ggml?.tokens ?? []
  const hasBytes = model.vocabularyType === LlamaVocabularyType.bpe
  const bytesOf = (token: Token): readonly number[] =>
    tokenBytes(pieces[token] ?? '', hasBytes ? 'bytes' : 'text')
  // A character like any other: U+FEFF is no mark here.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const decode = (tokens: readonly Token[]): string =>
    decoder.decode(Uint8Array.from(tokens.flatMap(bytesOf)))
  if (!hasBytes) {
    return {
      ofAnswer: (tokens, before) => model.detokenize(tokens, false, before),
      ofAll: (tokens) => model.detokenize(tokens, true),
      bytesOf,
    }
  }
  return {
    ofAnswer: (tokens) => decode(tokens.filter((token) => !model.getTokenAttributes(token).control)),
    ofAll: decode,
    bytesOf,
  }
}
