import { automatonGrammar, writtenSet } from './automaton-grammar.ts'
import { boundedRepeat } from './bounded-repeat.ts'
import type { Expression } from './grammar-expression.ts'
import { anyString, quoted, stringCharacter } from './json-rules.ts'
import type { RuleBook } from './rule-book.ts'
import type { StringFacts } from './schema-facts.ts'
import type { SchemaScope } from './schema-scope.ts'
import { commonTexts, hasLengths, textsOf } from './string-language.ts'

/** A string that has all its patterns, formats and lengths at once. */
export const stringGrammar = (
  scope: SchemaScope,
  book: RuleBook,
  facts: StringFacts | undefined,
): Expression => {
  if (facts === undefined) return anyString(book)
  const texts = textsOf(scope, facts)
  const [only] = texts
  if (only === undefined) return ofLength(book, facts)
  const simple = texts.length === 1 ? simpleGrammar(book, only, facts) : undefined
  if (simple !== undefined) return book.named('string', quoted(simple))
  const state = commonTexts(scope, texts, facts)
  return state === undefined
    ? ofLength(book, facts)
    : book.named('string', quoted(automatonGrammar(book, state)))
}

const ofLength = (book: RuleBook, { minLength, maxLength }: StringFacts): Expression =>
  minLength === 0 && maxLength === undefined
    ? anyString(book)
    : book.named('string', quoted(boundedRepeat(book, stringCharacter(book), minLength, maxLength)))

/** What needs no automaton: a format by itself, and `^[a-z]+$`, which is counted however long it may be. */
const simpleGrammar = (book: RuleBook, text: Expression, facts: StringFacts): Expression | undefined => {
  const [format] = facts.formats
  if (format !== undefined && hasLengths(text, facts)) return book.named(format.text, text)
  if (text.type !== 'repeat' || text.part.type !== 'characters') return undefined
  const { minLength, maxLength = Number.POSITIVE_INFINITY } = facts
  const most = Math.min(maxLength, text.max ?? Number.POSITIVE_INFINITY)
  const least = Math.max(minLength, text.min)
  return boundedRepeat(book, writtenSet(book, text.part.set), least, Number.isFinite(most) ? most : undefined)
}
