import { boundedRepeat } from './bounded-repeat.ts'
import { repeat } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import { anyString, quoted, stringCharacter } from './json-rules.ts'
import { parsePattern } from './parse-pattern.ts'
import { inJsonString, lengthsOf } from './pattern-grammar.ts'
import type { RuleBook } from './rule-book.ts'
import type { StringFacts } from './schema-facts.ts'
import type { SchemaScope } from './schema-scope.ts'
import { STRING_FORMATS } from './string-formats.ts'

/** A string. Of a format and a pattern the grammar can follow one, and lengths beside them must follow from it. */
export const stringGrammar = (
  scope: SchemaScope,
  book: RuleBook,
  facts: StringFacts | undefined,
): Expression => {
  if (facts === undefined) return anyString(book)
  const format = STRING_FORMATS.get(facts.format?.text ?? '')
  if (format !== undefined && facts.pattern !== undefined)
    scope.inexpressible('pattern', facts.pattern, "Leave out 'format' or 'pattern'.")
  if (format !== undefined) {
    checkLengths(scope, facts, format.lengths)
    return book.named('string', quoted(book.named(facts.format?.text ?? '', format.grammar())))
  }
  return patternGrammar(scope, book, facts) ?? lengthGrammar(book, facts)
}

const lengthGrammar = (book: RuleBook, { minLength, maxLength }: StringFacts): Expression =>
  minLength === 0 && maxLength === undefined
    ? anyString(book)
    : book.named('string', quoted(boundedRepeat(book, stringCharacter(book), minLength, maxLength)))

const patternGrammar = (scope: SchemaScope, book: RuleBook, facts: StringFacts): Expression | undefined => {
  if (facts.pattern === undefined) return undefined
  const parsed = parsePattern(facts.pattern.text)
  if (parsed.type === 'problem') {
    scope.inexpressible('pattern', facts.pattern, parsed.reason)
    return undefined
  }
  const expression = withLengths(parsed.expression, facts)
  checkLengths(scope, facts, lengthsOf(expression))
  return book.named('string', quoted(book.named('pattern', inJsonString(book, expression))))
}

/** `^[a-z]+$` with lengths beside it counts by itself. */
const withLengths = (expression: Expression, { minLength, maxLength }: StringFacts): Expression => {
  if (expression.type !== 'repeat' || expression.part.type !== 'characters') return expression
  const min = Math.max(minLength, expression.min)
  const most = Math.min(maxLength ?? Number.POSITIVE_INFINITY, expression.max ?? Number.POSITIVE_INFINITY)
  return repeat(expression.part, min, Number.isFinite(most) ? most : undefined)
}

const checkLengths = (
  scope: SchemaScope,
  { minLength, maxLength, pointer }: StringFacts,
  [least, most]: readonly [number, number],
): void => {
  const reason = "Beside 'format' and 'pattern' only a length that follows from them can be."
  if (least < minLength) scope.inexpressible('minLength', { pointer }, reason)
  if (maxLength !== undefined && most > maxLength) scope.inexpressible('maxLength', { pointer }, reason)
}
