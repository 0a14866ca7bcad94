import { distinctPieces } from '../gguf/distinct-pieces.ts'
import { ENDLESS_PIECES } from '../gguf/endless-model.ts'
import { EVERYDAY_WORDS } from '../gguf/everyday-words.ts'
import { KNOWN_ANSWER } from '../gguf/known-answer-model.ts'
import { UNICODE_ANSWER } from '../gguf/unicode-model.ts'

/** What a model of one answer says. */
export interface ToyScript {
  /** One token each, none of them twice. */
  readonly pieces: readonly string[]
  /** The place from which it goes on after the last piece; absent: it has said all. */
  readonly repeatsFrom?: number
}

const RANDOM: ToyScript = {
  pieces: [...new Set(EVERYDAY_WORDS)].map((word) => ` ${word}`),
  repeatsFrom: 0,
}

/** By the name in the file of the test model. */
const SCRIPTS: ReadonlyMap<string, ToyScript> = new Map([
  ['skein-test-model', { pieces: distinctPieces(KNOWN_ANSWER) }],
  ['skein-test-endless', { pieces: ENDLESS_PIECES, repeatsFrom: 1 }],
  ['skein-test-unicode', { pieces: distinctPieces(UNICODE_ANSWER) }],
  ['skein-test-random', RANDOM],
  ['skein-test-random-bpe', RANDOM],
  ['skein-test-embedding', { pieces: [] }],
  ['skein-test-bert-embedding', { pieces: [] }],
  ['skein-test-bert-rerank', { pieces: [] }],
])

export const toyScriptOf = (modelName: string): ToyScript | undefined => SCRIPTS.get(modelName)

/** What comes after a piece, up to so many: the first piece comes after every text that the model does not say. */
export const continuation = (
  { pieces, repeatsFrom }: ToyScript,
  lastPiece: string,
  most: number,
): readonly string[] => {
  const said: string[] = []
  let next = pieces.indexOf(lastPiece) + 1
  while (said.length < most) {
    if (next >= pieces.length && repeatsFrom === undefined) break
    if (next >= pieces.length) next = repeatsFrom ?? 0
    said.push(pieces[next] ?? '')
    next += 1
  }
  return said
}
