import { describe, expect, test } from 'bun:test'
import { byteToken, SpmVocabulary } from '../../../support/gguf/spm-vocabulary.ts'

describe('SpmVocabulary', () => {
  test('has a token for every byte, so that any text can be tokenised', () => {
    const vocabulary = new SpmVocabulary([])
    const ids = Array.from({ length: 256 }, (_unused, byte) => vocabulary.idOf(byteToken(byte)))
    expect(new Set(ids).size).toBe(256)
  })

  test('has every beginning of a piece, the longer with the higher score', () => {
    const vocabulary = new SpmVocabulary([' cat'])
    const scores = vocabulary.metadata().find(([key]) => key === 'tokenizer.ggml.scores')![1]
    if (scores.kind !== 'numbers') throw new Error('The scores are no list of numbers')
    const scoreOf = (piece: string) => scores.values[vocabulary.idOf(piece)]!
    expect(scoreOf(' c')).toBeLessThan(scoreOf(' ca'))
    expect(scoreOf(' ca')).toBeLessThan(scoreOf(' cat'))
  })

  test('fills up to the size asked for without repeating a token', () => {
    const vocabulary = new SpmVocabulary(['word'], 1000)
    const tokens = vocabulary.metadata().find(([key]) => key === 'tokenizer.ggml.tokens')![1]
    if (tokens.kind !== 'strings') throw new Error('The tokens are no list of strings')
    expect(vocabulary.size).toBe(1000)
    expect(new Set(tokens.values).size).toBe(1000)
  })

  test('names the piece that it lacks', () => {
    expect(() => new SpmVocabulary([]).idOf(' zebra')).toThrow('" zebra"')
  })
})
