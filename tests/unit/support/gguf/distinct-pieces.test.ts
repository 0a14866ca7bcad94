import { describe, expect, test } from 'bun:test'
import { distinctPieces } from '../../../support/gguf/distinct-pieces.ts'
import { KNOWN_ANSWER } from '../../../support/gguf/known-answer-model.ts'

describe('distinctPieces', () => {
  test('gives words with the space before them', () => {
    expect(distinctPieces('One two three.')).toEqual(['One', ' two', ' three.'])
  })

  test('joins a repeated word to the word after it', () => {
    expect(distinctPieces('then I am, I was')).toEqual(['then', ' I am,', ' I was'])
  })

  test('adds up to the text again', () => {
    expect(distinctPieces(KNOWN_ANSWER).join('')).toBe(KNOWN_ANSWER)
  })

  test('refuses a text whose pieces cannot be told apart', () => {
    expect(() => distinctPieces('one two two')).toThrow('distinct pieces')
    expect(() => distinctPieces('x one two then one two end')).not.toThrow()
  })
})
