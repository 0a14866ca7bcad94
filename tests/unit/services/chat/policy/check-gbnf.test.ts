import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { checkGbnf } from '../../../../../services/chat/policy/check-gbnf.ts'

const refusalOf = (source: string): string => {
  try {
    checkGbnf(source)
    return ''
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    expect(error).toMatchObject({ code: 'invalid_request', param: 'grammar' })
    return error.message
  }
}

const JSON_GRAMMAR = String.raw`
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::=
  "{" ws (
            string ":" ws value
    ("," ws string ":" ws value)*
  )? "}" ws
array  ::=
  "[" ws (
            value
    ("," ws value)*
  )? "]" ws # the end
string ::=
  "\"" (
    [^"\\\x7F\x00-\x1F] |
    "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) # escapes
  )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
# Optional space: by convention, applied in this grammar after literal chars when allowed
ws ::= | " " | "\n" [ \t]{0,20}
`

test('sound grammars pass', () => {
  const sound = [
    JSON_GRAMMAR,
    'root ::= "a"',
    '\n\n# only this\nroot ::= "a" | "" # nothing\r\nother ::= [^\\]] .',
    'root ::= ("a" | "b")+? <[42]> !<[7]> "\\u00e4\\U0001F600"',
    'root ::= "a"{3} "b"{2,} "c"{1,5} "d"{ 0 , 9000 }',
    'root ::= "a" root | "b"',
    'root ::= ws root | "a"\nws ::= [ ]*',
    'root ::= "ä😀"',
  ]
  for (const source of sound) expect(refusalOf(source)).toBe('')
})

test('a refusal tells the line and what is missing there', () => {
  const refusals: readonly [string, string][] = [
    ['root ::= "a', "line 1, '\"' is missing"],
    ['root ::= other\nother = "b"', "line 2, '::=' is expected after other"],
    ['root ::= ("a"', "line 1, ')' is expected"],
    ['root ::= "a" )', 'line 1, the end of the line is expected'],
    ['\n\nroot ::= "\\q"', 'line 3, a known escape after the backslash is expected'],
    ['root ::= *', "there is nothing before '*' to repeat"],
    ['root ::= "a"{x}', 'line 1, a number is expected'],
    ['root ::= <name>', 'a token by its number'],
    ['root ::= other', 'the rule other, which root names, is missing'],
    ['other ::= "a"', "no rule named 'root'"],
    ['', "no rule named 'root'"],
    ['root ::= "a"\0', 'NUL'],
    ['root ::= root "a" | "b"', 'root begins with itself'],
    ['root ::= "" root', 'root begins with itself'],
    ['root ::= one\none ::= two "x" | "a"\ntwo ::= one', 'begins with itself'],
  ]
  for (const [source, reason] of refusals) expect(refusalOf(source)).toContain(reason)
})

test('grammars that would bring the engine down are refused', () => {
  const rules = (count: number, bodyOf: (index: number) => string): string =>
    Array.from(
      { length: count },
      (_, index) => `${index === 0 ? 'root' : `r${index}`} ::= ${bodyOf(index)}`,
    ).join('\n')
  const attacks: readonly [string, string][] = [
    [`root ::= ${'('.repeat(100_000)}`, 'brackets'],
    [rules(50_000, (index) => (index === 49_999 ? '"a"' : `r${index + 1}`)), 'begin with each other'],
    [
      rules(40, (index) => (index === 39 ? '"a"' : `r${index + 1} | r${index + 1} "b"`)),
      'too many ways to begin',
    ],
    ['root ::= "a"{5,2}', 'impossible'],
    ['root ::= "a"{999999999}', 'repetitions'],
    [`root ::= "${'a'.repeat(100_000)}"{1000}`, 'too large'],
    [`root ::= "a"${'*'.repeat(100_000)}`, 'in a row'],
    [`root ::= ${'""'.repeat(100_000)} root`, 'begins with itself'],
  ]
  for (const [source, reason] of attacks) {
    expect(refusalOf(source)).toContain(reason)
  }
})

test('many rules and long texts are no attack', () => {
  const words = Array.from({ length: 5000 }, (_, index) => `"word ${index}"`).join(' | ')
  expect(refusalOf(`root ::= item ("," item)*\nitem ::= ${words}`)).toBe('')
  const chain = Array.from({ length: 1000 }, (_, index) => `r${index} ::= "${index}" r${index + 1}`).join(
    '\n',
  )
  expect(refusalOf(`root ::= r0\n${chain}\nr1000 ::= "end"`)).toBe('')
  expect(refusalOf(`root ::= "a"\n${' '.repeat(1_000_000)}# ${'#'.repeat(1_000_000)}`)).toBe('')
})
