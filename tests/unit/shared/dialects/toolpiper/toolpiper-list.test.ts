import { expect, test } from 'bun:test'
import { toolpiperPage } from '@shared/dialects/toolpiper/toolpiper-list.ts'
import type { ToolpiperList } from '@shared/dialects/toolpiper/toolpiper-list.ts'
import { Fault } from '@shared/fault/fault.ts'

const items = Array.from({ length: 45 }, (_, index) => ({ id: `m${index}` }))

test('20 items are a page, and the cursor leads to the next', () => {
  const first = toolpiperPage(items, {})
  expect(first).toMatchObject({ object: 'list', hasMore: true, nextCursor: 'm19' })
  expect(first.data).toHaveLength(20)
  const last = toolpiperPage(items, { after: 'm39' })
  expect(last.data.map(({ id }) => id)).toEqual(['m40', 'm41', 'm42', 'm43', 'm44'])
  expect(last).toMatchObject({ hasMore: false, nextCursor: null })
})

test('walking by cursor meets every item once', () => {
  const met: string[] = []
  let after: string | null = ''
  while (after !== null) {
    const page: ToolpiperList<{ id: string }> = toolpiperPage(items, { limit: '7', after })
    met.push(...page.data.map(({ id }) => id))
    after = page.nextCursor
  }
  expect(met).toEqual(items.map(({ id }) => id))
})

test('an empty list is one page', () => {
  expect(toolpiperPage([], {})).toEqual({ object: 'list', data: [], hasMore: false, nextCursor: null })
})

test.each(['0', '-1', '101', '1.5', 'many', '1e9'])('a limit of %s is refused', (limit) => {
  expect(() => toolpiperPage(items, { limit })).toThrow(Fault)
})

test('a cursor that is not in the list is refused', () => {
  expect(() => toolpiperPage(items, { after: 'nope' })).toThrow("'after'")
})
