import { charactersOf, difference, intersection, PLAIN_IN_JSON } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import { boundedRepeat } from './bounded-repeat.ts'
import { characters, choice, literal, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import type { RuleBook } from './rule-book.ts'

/** An expression over characters as one over the characters of a JSON string: what must be escaped is. */
export const inJsonString = (book: RuleBook, expression: Expression): Expression => {
  switch (expression.type) {
    case 'characters':
      return writtenSet(expression.set)
    case 'sequence':
      return sequence(expression.parts.map((part) => inJsonString(book, part)))
    case 'choice':
      return choice(expression.options.map((option) => inJsonString(book, option)))
    case 'repeat':
      return boundedRepeat(book, inJsonString(book, expression.part), expression.min, expression.max)
    default:
      return expression
  }
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
}

const NAMED = charactersOf(Object.keys(NAMED_ESCAPES).join(''))

/** Control characters without an escape of their own are written only where nothing else would do. */
const writtenSet = (set: CharacterSet): Expression => {
  const plain = intersection(set, PLAIN_IN_JSON)
  const escapes = Object.entries(NAMED_ESCAPES)
    .filter(([character]) => intersection(set, charactersOf(character)).length > 0)
    .map(([, escape]) => literal(escape))
  const usual = choice([plainSet(plain), ...escapes])
  if (plain.length > 0 || escapes.length > 0) return usual
  const others = difference(intersection(set, [[0, 0x9f]]), NAMED).flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  )
  return choice(others.map((code) => literal(`\\u${code.toString(16).padStart(4, '0')}`)))
}

/** One character is a literal, so that neighbours join. */
const plainSet = (set: CharacterSet): Expression => {
  const [only] = set
  const isOne = only !== undefined && set.length === 1 && only[0] === only[1]
  return isOne ? literal(String.fromCodePoint(only[0])) : characters(...set)
}

/** Lengths of the texts of an expression over characters; the most may be infinite. */
export const lengthsOf = (expression: Expression): readonly [least: number, most: number] => {
  switch (expression.type) {
    case 'characters':
      return [1, 1]
    case 'sequence':
      return expression.parts
        .map(lengthsOf)
        .reduce(([least, most], [low, high]) => [least + low, most + high], [0, 0])
    case 'choice': {
      const lengths = expression.options.map(lengthsOf)
      return [Math.min(...lengths.map(([least]) => least)), Math.max(...lengths.map(([, most]) => most))]
    }
    case 'repeat': {
      const [least, most] = lengthsOf(expression.part)
      return [least * expression.min, most === 0 ? 0 : most * (expression.max ?? Number.POSITIVE_INFINITY)]
    }
    default:
      return [0, Number.POSITIVE_INFINITY]
  }
}
