import type { CharacterSet } from './character-set.ts'
import type { Expression } from './grammar-expression.ts'

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
}

const hex = (codePoint: number, length: number): string => codePoint.toString(16).padStart(length, '0')

/** A text as a terminal of the grammar: quoted and escaped. Half a surrogate pair becomes U+FFFD, as in UTF-8. */
export const gbnfLiteral = (text: string): string =>
  `"${Array.from(text.toWellFormed(), escapeInLiteral).join('')}"`

const escapeInLiteral = (character: string): string => {
  const isControl = character < ' ' || character === '\x7f'
  return NAMED_ESCAPES[character] ?? (isControl ? `\\x${hex(character.charCodeAt(0), 2)}` : character)
}

/** A whole grammar: `root` is what the rule `root` consists of. */
export const gbnfText = (root: string, rules: ReadonlyMap<string, string>): string =>
  ['root ::= ' + root, ...Array.from(rules, ([name, body]) => `${name} ::= ${body}`), ''].join('\n')

const STANDS_FOR_ITSELF = /[\w !#$%&'()*+,./:;<=>?@`{|}~]/

const printCharacter = (codePoint: number): string => {
  const character = String.fromCodePoint(codePoint)
  if (STANDS_FOR_ITSELF.test(character)) return character
  if (codePoint <= 0xff) return `\\x${hex(codePoint, 2)}`
  return codePoint <= 0xffff ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`
}

const printSet = (set: CharacterSet): string => {
  const ranges = set.map(([from, to]) =>
    from === to ? printCharacter(from) : `${printCharacter(from)}-${printCharacter(to)}`,
  )
  return `[${ranges.join('')}]`
}

const printRepeat = (min: number, max: number | undefined): string => {
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === 0 && max === 1) return '?'
  return min === max ? `{${min}}` : `{${min},${max}}`
}

/** An expression in brackets where it would not hold together otherwise. */
const printTight = (expression: Expression): string => {
  const text = printExpression(expression)
  return ['sequence', 'choice', 'repeat'].includes(expression.type) ? `(${text})` : text
}

export const printExpression = (expression: Expression): string => {
  switch (expression.type) {
    case 'literal':
      return gbnfLiteral(expression.text)
    case 'characters':
      return printSet(expression.set)
    case 'rule':
      return expression.name
    case 'sequence':
      return expression.parts.length === 0
        ? '""'
        : expression.parts
            .map((part) => (part.type === 'choice' ? `(${printExpression(part)})` : printExpression(part)))
            .join(' ')
    case 'choice':
      return expression.options.map(printExpression).join(' | ')
    case 'repeat':
      return printTight(expression.part) + printRepeat(expression.min, expression.max)
  }
}
