import { expect, test } from 'bun:test'
import { prettyLogLine } from '../../../../../scripts/skein/terminal/pretty-log-line.ts'

const LINE = { level: 'warn', time: '2026-11-21T10:00:00.000Z', service: 'chat', pid: 7, msg: 'hm', slots: 4 }

test('a line of a service says when, how bad, who and what', () => {
  const text = Bun.stripANSI(prettyLogLine(JSON.stringify(LINE)))
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\] WARN: chat: hm \{"slots":4\}$/)
})

test('a native line stays as it is, without what a terminal would obey', () => {
  expect(prettyLogLine('ggml: \u001B[31mabort')).toBe('ggml: [31mabort')
  expect(prettyLogLine('{broken json')).toBe('{broken json')
})
