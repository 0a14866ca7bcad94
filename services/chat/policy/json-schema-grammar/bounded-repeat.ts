import { choice, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'
import type { RuleBook } from './rule-book.ts'

/** llama.cpp refuses repetitions of 2,000 and more: larger ones are made of repetitions of this many. */
const CHUNK = 1000

/** `repeat`, as often as one likes. The part is a rule, so that llama.cpp copies only its name. */
export const boundedRepeat = (
  book: RuleBook,
  expression: Expression,
  min: number,
  max: number | undefined,
): Expression => {
  if (max !== undefined && max <= 1) return repeat(expression, min, max)
  const part = expression.type === 'characters' ? expression : book.named('part', expression)
  if ((max ?? min) <= CHUNK) return repeat(part, min, max)
  const least = exactly(book, part, min)
  if (max === undefined) return sequence([least, repeat(part, 0)])
  return max < min ? repeat(part, min, max) : sequence([least, atMost(book, part, max - min)])
}

const chunkOf = (book: RuleBook, part: Expression): Expression =>
  book.named('chunk', repeat(part, CHUNK, CHUNK))

const exactly = (book: RuleBook, part: Expression, count: number): Expression => {
  const chunks = Math.floor(count / CHUNK)
  const rest = repeat(part, count % CHUNK, count % CHUNK)
  return chunks === 0 ? rest : sequence([repeat(chunkOf(book, part), chunks, chunks), rest])
}

/** Either all the chunks and the rest, or fewer chunks and less than one more. */
const atMost = (book: RuleBook, part: Expression, count: number): Expression => {
  const chunks = Math.floor(count / CHUNK)
  if (chunks === 0) return repeat(part, 0, count)
  const chunk = chunkOf(book, part)
  return choice([
    sequence([repeat(chunk, chunks, chunks), repeat(part, 0, count % CHUNK)]),
    sequence([repeat(chunk, 0, chunks - 1), repeat(part, 0, CHUNK - 1)]),
  ])
}
