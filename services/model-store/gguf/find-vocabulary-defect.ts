import type { GgufHeader } from './gguf-header.ts'
import type { MetadataView } from './gguf-metadata-view.ts'

const TOKENS_KEY = 'tokenizer.ggml.tokens'

/** Special tokens that a tokenizer puts around a text by default, with the ids that llama.cpp assumes. */
interface SpecialToken {
  readonly idKey: string
  readonly defaultId: number
  /** Key that switches it on or off; none: always on. */
  readonly switchKey?: string
  readonly isOnByDefault: boolean
}

const bos = (defaultId: number, isOnByDefault: boolean): SpecialToken => ({
  idKey: 'tokenizer.ggml.bos_token_id',
  switchKey: 'tokenizer.ggml.add_bos_token',
  defaultId,
  isOnByDefault,
})

const eos = (defaultId: number, isOnByDefault: boolean): SpecialToken => ({
  idKey: 'tokenizer.ggml.eos_token_id',
  switchKey: 'tokenizer.ggml.add_eos_token',
  defaultId,
  isOnByDefault,
})

/** No id is assumed: outside of any vocabulary. */
const NO_ID = Number.MAX_SAFE_INTEGER

const SPECIAL_TOKENS: Readonly<Record<string, readonly SpecialToken[]>> = {
  llama: [bos(1, true), eos(2, false)],
  gpt2: [bos(11, false), eos(11, false)],
  t5: [bos(NO_ID, false), eos(1, true)],
  bert: [
    { idKey: 'tokenizer.ggml.bos_token_id', defaultId: 101, isOnByDefault: true },
    // The format's own spelling.
    { idKey: 'tokenizer.ggml.seperator_token_id', defaultId: 102, isOnByDefault: true },
  ],
}

/** What is wrong with the tokens: the cases in which llama.cpp aborts when it loads or when it first reads a text. */
export const findVocabularyDefect = (view: MetadataView, header: GgufHeader): string | undefined => {
  const tokenCount = view.length(TOKENS_KEY)
  if (tokenCount === 0) return 'It has no vocabulary.'
  if (!view.isListOfTexts(TOKENS_KEY)) return 'Its vocabulary is not a list of texts.'
  if (header.repeatedToken !== undefined)
    return `Its vocabulary has the token '${header.repeatedToken.slice(0, 64)}' twice.`
  for (const key of ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type']) {
    if (view.has(key) && view.length(key) < tokenCount)
      return `Its ${key} is shorter than its vocabulary of ${tokenCount} tokens.`
  }
  return findEmbeddingDefect(header, tokenCount) ?? findSpecialTokenDefect(view, tokenCount)
}

const findEmbeddingDefect = (header: GgufHeader, tokenCount: number): string | undefined => {
  const rows = header.tensors.find((tensor) => tensor.name === 'token_embd.weight')?.dimensions[1]
  if (rows === undefined) return "It has no tensor 'token_embd.weight'."
  return rows === tokenCount
    ? undefined
    : `It has ${tokenCount} tokens in its vocabulary but embeddings for ${rows}.`
}

const findSpecialTokenDefect = (view: MetadataView, tokenCount: number): string | undefined => {
  for (const token of SPECIAL_TOKENS[view.text('tokenizer.ggml.model') ?? ''] ?? []) {
    const isOn =
      (token.switchKey === undefined ? undefined : view.flag(token.switchKey)) ?? token.isOnByDefault
    const given = view.number(token.idKey)
    const isInside = token.defaultId < tokenCount || (given !== undefined && given < tokenCount)
    if (isOn && !isInside) return `Its ${token.idKey} is not in its vocabulary of ${tokenCount} tokens.`
  }
  return undefined
}
