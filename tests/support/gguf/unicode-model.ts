import { bigramModel } from './bigram-model.ts'
import type { GgufPlan } from './gguf-layout.ts'

/** What the `unicode` model says: characters of two, three and four bytes, some of them one token a byte. */
export const UNICODE_ANSWER = 'Smile 😀 and Grüße€ done'

const UNICODE_PIECES = [
  'Smile ',
  '<0xF0>',
  '<0x9F>',
  '<0x98>',
  '<0x80>',
  ' and',
  ' Grüße',
  '<0xE2>',
  '<0x82>',
  '<0xAC>',
  ' done',
]

export const unicodeModel = (): GgufPlan =>
  bigramModel({
    name: 'skein-test-unicode',
    description: 'A test model: says one sentence, some of its characters one byte at a time.',
    contextLength: 1024,
    pieces: UNICODE_PIECES,
  })
