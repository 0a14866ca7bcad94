import { expect, test } from 'bun:test'
import { createBoundedLabel } from '@shared/http/bounded-label.ts'

test('the first values stay, all later ones are one', () => {
  const label = createBoundedLabel(2)
  expect(['a', 'b', 'a', 'c', 'b', 'd'].map(label)).toEqual(['a', 'b', 'a', 'other', 'b', 'other'])
})

test('ten thousand values become no more than were allowed, and other', () => {
  const label = createBoundedLabel(200)
  const labels = new Set(Array.from({ length: 10_000 }, (_, index) => label(`model-${index}`)))
  expect(labels.size).toBe(201)
})
