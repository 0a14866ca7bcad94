import { expect, test } from 'bun:test'
import { createRecentLines } from '@shared/process/recent-lines.ts'

test('keeps the last lines, oldest first', () => {
  const recent = createRecentLines(3)
  for (const line of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) recent.push(line)
  expect(recent.all()).toEqual(['f', 'g', 'h'])
})

test('has what there is when that is less', () => {
  const recent = createRecentLines(3)
  recent.push('a')
  expect(recent.all()).toEqual(['a'])
})
