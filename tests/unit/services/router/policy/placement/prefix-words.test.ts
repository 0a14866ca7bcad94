import { expect, test } from 'bun:test'
import { readPrefixWord, writePrefixWord } from '@service/router/policy/placement/prefix-words.ts'
import * as fc from 'fast-check'

test('what one node writes another one reads', () => {
  const hashes = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 128 })
  fc.assert(fc.property(hashes, (some) => expect(readPrefixWord(writePrefixWord(some))).toEqual(some)))
  expect(writePrefixWord([1, Number.MAX_SAFE_INTEGER])).toBe('AAAAAAAAAR________8')
})

test.each([
  ['', 'nothing'],
  ['AAAA', 'a part of a hash'],
  ['__________', 'more than a number holds'],
  ['AAAAAAAA AR', 'no base64'],
  ['A'.repeat(1196), 'more than any chain has'],
])('%p is not read: %s', (word) => expect(readPrefixWord(word)).toBeUndefined())
