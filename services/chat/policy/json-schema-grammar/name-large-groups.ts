import { choice, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'

/** llama.cpp refuses to repeat (also with `?`) what has so many rules inside, times the repetitions: 2,000. */
const MAX_RULES = 500
/** Brackets within brackets: llama.cpp's parser calls itself for each. */
const MAX_DEPTH = 50

type NameOf = (group: Expression) => Expression

interface Counted {
  readonly expression: Expression
  /** Rules that llama.cpp makes for it: one for each bracket and for each possible end of a repetition. */
  readonly rules: number
  /** How deep its brackets are nested. */
  readonly depth: number
}

/** The same expression, where what is large and repeated, or nested deeply, has a name: a name counts as one. */
export const nameLargeGroups = (expression: Expression, nameOf: NameOf): Expression =>
  count(expression, nameOf).expression

const count = (expression: Expression, nameOf: NameOf): Counted => {
  switch (expression.type) {
    case 'sequence': {
      const parts = expression.parts.map((part) => count(part, nameOf))
      return { ...together(parts), expression: sequence(parts.map((part) => part.expression)) }
    }
    case 'choice': {
      const options = expression.options.map((option) => shallow(count(option, nameOf), nameOf))
      const { depth, rules } = together(options)
      const expressions = options.map((option) => option.expression)
      return { expression: choice(expressions), rules: rules + 1, depth: depth + 1 }
    }
    case 'repeat': {
      const { min, max } = expression
      const part = small(shallow(count(expression.part, nameOf), nameOf), max ?? Math.max(1, min), nameOf)
      return {
        expression: repeat(part.expression, min, max),
        rules: 1 + part.rules + (max === undefined ? 1 : max - min),
        depth: part.depth + 1,
      }
    }
    default:
      return { expression, rules: 0, depth: 0 }
  }
}

const together = (parts: readonly Counted[]): Pick<Counted, 'rules' | 'depth'> => ({
  rules: parts.reduce((sum, { rules }) => sum + rules, 0),
  depth: parts.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
})

const shallow = (counted: Counted, nameOf: NameOf): Counted =>
  counted.depth < MAX_DEPTH ? counted : named(counted, nameOf)

const small = (counted: Counted, times: number, nameOf: NameOf): Counted =>
  counted.rules * times <= MAX_RULES ? counted : named(counted, nameOf)

const named = ({ expression }: Counted, nameOf: NameOf): Counted => ({
  expression: nameOf(expression),
  rules: 0,
  depth: 0,
})
