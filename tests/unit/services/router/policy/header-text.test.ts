import { expect, test } from 'bun:test'
import { headerText } from '@service/router/policy/header-text.ts'

test('a name that people give can always stand in a header', () => {
  expect(headerText("Jörg's Mac")).toBe("J?rg's Mac")
  for (const text of ['a\r\nset-cookie: x', '\u0000', '🦊 fox', '\ud800', 'x'.repeat(10_000)])
    expect(new Headers({ x: headerText(text) }).get('x')!.length).toBeLessThanOrEqual(500)
})
