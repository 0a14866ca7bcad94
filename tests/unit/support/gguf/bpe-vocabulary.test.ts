import { describe, expect, test } from 'bun:test'
import { BpeVocabulary } from '../../../support/gguf/bpe-vocabulary.ts'

function listOf(vocabulary: BpeVocabulary, name: string): readonly string[] {
  const value = vocabulary.metadata().find(([key]) => key === `tokenizer.ggml.${name}`)![1]
  if (value.kind !== 'strings') throw new Error(`${name} is no list of strings`)
  return value.values
}

describe('BpeVocabulary', () => {
  test('has 256 different byte tokens and the special tokens of ChatML', () => {
    const tokens = listOf(new BpeVocabulary([]), 'tokens')
    expect(new Set(tokens).size).toBe(256 + 3)
    expect(tokens.slice(256)).toEqual(['<|im_start|>', '<|im_end|>', '<|endoftext|>'])
    // GPT-2 spells the space as U+0120 and the newline as U+010A.
    expect([tokens[0x20], tokens[0x0a], tokens[0x41]]).toEqual(['\u0120', '\u010a', 'A'])
  })

  test('builds a word by merges from the left, each result a token', () => {
    const vocabulary = new BpeVocabulary([' hé', ' he'])
    expect(listOf(vocabulary, 'merges')).toEqual(['\u0120 h', '\u0120h Ã', '\u0120hÃ ©', '\u0120h e'])
    const tokens = listOf(vocabulary, 'tokens')
    for (const merge of listOf(vocabulary, 'merges')) expect(tokens).toContain(merge.replace(' ', ''))
  })
})
