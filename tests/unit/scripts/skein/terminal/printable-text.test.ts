import { expect, test } from 'bun:test'
import { printableText } from '../../../../../scripts/skein/terminal/printable-text.ts'

test('letters of all kinds, line feeds and tabs stay', () => {
  expect(printableText('Grüße, 世界 🙂\n\tok')).toBe('Grüße, 世界 🙂\n\tok')
})

test('what a terminal would obey goes', () => {
  expect(printableText('\u001B[31mred\u001B]0;title\u0007\b\r\u009B2J\u0000')).toBe('[31mred]0;title2J')
})
