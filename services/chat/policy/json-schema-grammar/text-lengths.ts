import type { Expression } from './grammar-expression.ts'

/** Lengths of the texts of an expression over characters; the most may be infinite. */
export const textLengths = (expression: Expression): readonly [least: number, most: number] => {
  switch (expression.type) {
    case 'characters':
      return [1, 1]
    case 'literal': {
      const { length } = Array.from(expression.text)
      return [length, length]
    }
    case 'sequence':
      return expression.parts
        .map(textLengths)
        .reduce(([least, most], [low, high]) => [least + low, most + high], [0, 0])
    case 'choice': {
      const lengths = expression.options.map(textLengths)
      return [Math.min(...lengths.map(([least]) => least)), Math.max(...lengths.map(([, most]) => most))]
    }
    case 'repeat': {
      const [least, most] = textLengths(expression.part)
      return [least * expression.min, most === 0 ? 0 : most * (expression.max ?? Number.POSITIVE_INFINITY)]
    }
    case 'rule':
      return [0, Number.POSITIVE_INFINITY]
  }
}
