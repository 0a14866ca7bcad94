import { expect, test } from 'bun:test'
import { mergeLists } from '@service/router/policy/merge-lists.ts'

test('what two nodes have is one entry that names both', () => {
  const merged = mergeLists(
    [
      { node: 'mini', entries: [{ id: 'b', size: 1 }, { id: 'a' }] },
      { node: 'studio', entries: [{ id: 'c' }, { id: 'b', size: 2 }] },
    ],
    { key: 'id' },
  )
  expect(merged.map(({ entry }) => entry)).toEqual([
    { id: 'a', nodes: ['mini'] },
    { id: 'b', size: 1, nodes: ['mini', 'studio'] },
    { id: 'c', nodes: ['studio'] },
  ])
})

test('the order does not depend on who is asked', () => {
  const lists = [
    { node: 'x', entries: [{ id: 'm' }, { id: 'A' }] },
    { node: 'y', entries: [{ id: 'z' }, { id: 'b' }] },
  ]
  const keys = (of: typeof lists) => mergeLists(of, { key: 'id' }).map(({ key }) => key)
  expect(keys(lists)).toEqual(keys(lists.toReversed()))
})

test('of one thing in several states the preferred one is told', () => {
  const rules = { key: 'id', prefers: { field: 'state', values: ['busy', 'ready'] } }
  const of = (...states: string[]) =>
    mergeLists(
      states.map((state, at) => ({ node: `n${at}`, entries: [{ id: 'm', state }] })),
      rules,
    )[0]?.entry
  expect(of('unloaded', 'ready')).toEqual({ id: 'm', state: 'ready', nodes: ['n0', 'n1'] })
  expect(of('ready', 'busy', 'odd')).toMatchObject({ state: 'busy' })
})

test('what is no entry, and what would change objects everywhere, does no harm', () => {
  const entries = [null, 5, 'x', [], {}, { id: 7 }, JSON.parse('{"id":"__proto__","__proto__":{"bad":true}}')]
  const merged = mergeLists([{ node: 'n', entries }], { key: 'id' })
  expect(merged.map(({ key }) => key)).toEqual(['__proto__'])
  expect(({} as { bad?: boolean }).bad).toBeUndefined()
})
