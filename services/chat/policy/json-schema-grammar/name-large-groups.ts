import { choice, repeat, sequence } from './grammar-expression.ts'
import type { Expression } from './grammar-expression.ts'

/** llama.cpp refuses to repeat (also with `?`) what has so many rules inside, times the repetitions: 2,000. */
const MAX_RULES = 500

interface Counted {
  readonly expression: Expression
  /** Rules that llama.cpp makes for it: one for each bracket and for each possible end of a repetition. */
  readonly rules: number
}

/** The same expression, where what is repeated and large has a name: a name counts as one. */
export const nameLargeGroups = (
  expression: Expression,
  nameOf: (group: Expression) => Expression,
): Expression => count(expression, nameOf).expression

const count = (expression: Expression, nameOf: (group: Expression) => Expression): Counted => {
  switch (expression.type) {
    case 'sequence': {
      const parts = expression.parts.map((part) => count(part, nameOf))
      return { expression: sequence(parts.map((part) => part.expression)), rules: sumOf(parts) }
    }
    case 'choice': {
      const options = expression.options.map((option) => count(option, nameOf))
      return { expression: choice(options.map((option) => option.expression)), rules: 1 + sumOf(options) }
    }
    case 'repeat': {
      const { min, max } = expression
      const part = count(expression.part, nameOf)
      const times = max ?? Math.max(1, min)
      const isLarge = part.rules > 0 && part.rules * times > MAX_RULES
      return {
        expression: repeat(isLarge ? nameOf(part.expression) : part.expression, min, max),
        rules: (isLarge ? 1 : 1 + part.rules) + (max === undefined ? 1 : max - min),
      }
    }
    default:
      return { expression, rules: 0 }
  }
}

const sumOf = (parts: readonly Counted[]): number => parts.reduce((sum, { rules }) => sum + rules, 0)
