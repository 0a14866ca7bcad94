import { boundedRepeat } from './bounded-repeat.ts'
import { characters, choice, isEmpty, literal, optional, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import type { RuleBook } from './rule-book.ts'

/** Spaces that may follow a line feed. */
const MAX_INDENT = 20

/** White space: none, one space, or a line feed with an indent. */
export const space = (book: RuleBook): Expression =>
  book.shared('space', () =>
    optional(
      choice([
        literal(' '),
        sequence([literal('\n'), repeat(characters([0x20, 0x20], [0x09, 0x09]), 0, MAX_INDENT)]),
      ]),
    ),
  )

/** Between two items of an array or members of an object. */
export const comma = (book: RuleBook): Expression => sequence([literal(','), space(book)])

/** `"name": `, given the name with its quotes. */
export const colonAfter = (name: Expression): Expression =>
  sequence([name, literal(':'), optional(literal(' '))])

/** An array or object. Content that may be empty is an `optional` one. */
export const enclosed = (book: RuleBook, brackets: '[]' | '{}', content: Expression): Expression => {
  const [open = '', close = ''] = brackets
  const inside = (filled: Expression): Expression => sequence([filled, space(book)])
  const filled =
    content.type === 'repeat' && content.min === 0
      ? optional(inside(repeat(content.part, 1, content.max)))
      : inside(content)
  return sequence([literal(open), space(book), isEmpty(content) ? content : filled, literal(close)])
}

/** Parts with commas between them: at least `min`, at most `max`. */
export const listOf = (book: RuleBook, part: Expression, min = 0, max?: number): Expression => {
  if (max === 0) return repeat(part, min, max)
  const further = boundedRepeat(
    book,
    sequence([comma(book), part]),
    Math.max(0, min - 1),
    max === undefined ? undefined : max - 1,
  )
  const list = sequence([part, further])
  return min === 0 ? optional(list) : list
}
