import { describe, expect, test } from 'bun:test'
import {
  changeVariables,
  dropEmptyVariables,
  readVariables,
} from '../../../../../scripts/skein/claude/settings-text.ts'

const set = (text: string, name: string, value: unknown): string =>
  changeVariables(text, '/s.json', [{ name, value }])

describe('the settings with other variables', () => {
  test('keep everything else byte for byte', () => {
    const text =
      '{\n\t"b": 12345678901234567890,\n\t"env": {\n\t\t"OTHER": "x",\n\t\t"A": 1e2\n\t},\n\t"a": [1,  2]\n}'
    const changed = set(text, 'ANTHROPIC_MODEL', 'm')
    expect(changed).toBe(text.replace('1e2\n\t}', '1e2,\n\t\t"ANTHROPIC_MODEL": "m"\n\t}'))
    expect(set(changed, 'ANTHROPIC_MODEL', undefined)).toBe(text)
  })

  test('keep the line ends of Windows', () => {
    const changed = set('{\r\n  "a": 1\r\n}\r\n', 'A', 'b')
    expect(changed.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test.each(['', ' \n', '{}', '{"env": {}}', '{\n}\n'])('begin from %p', (text) => {
    expect(JSON.parse(set(text, 'A', 'b'))).toEqual({ env: { A: 'b' } })
  })

  test('know names that every object has', () => {
    const changed = set('{"__proto__": {"env": {}}, "constructor": 1}', 'toString', 'x')
    expect(Object.keys(JSON.parse(changed))).toEqual(['__proto__', 'constructor', 'env'])
    expect(readVariables(changed, '/s.json')).toEqual({ toString: 'x' } as unknown as Record<string, unknown>)
  })

  test('have no env when nothing is left in it', () => {
    expect(JSON.parse(dropEmptyVariables('{"a": 1, "env": {}}', '/s.json'))).toEqual({ a: 1 })
    expect(dropEmptyVariables('{"env": {"A": ""}}', '/s.json')).toBe('{"env": {"A": ""}}')
  })

  test.each([
    ['{"env": ', 'cannot be read'],
    ['{} // comment', 'cannot be read'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    ['{"env": []}', "'env' is not an object"],
    ['{"env": {"A": "1"}, "env": {"A": "2"}}', 'twice'],
  ])('are refused where %p stands', (text, message) => {
    expect(() => set(text, 'A', 'b')).toThrow(message)
  })
})
