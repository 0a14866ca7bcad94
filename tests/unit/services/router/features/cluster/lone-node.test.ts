import { expect, test } from 'bun:test'
import { createLoneNode } from '@service/router/features/cluster/lone-node.ts'

test('a node in no cluster sees itself alone, under its name in any case', () => {
  const view = createLoneNode('Attic')
  expect(view.clusterId).toBeUndefined()
  expect(view.nodes).toEqual([view.self])
  expect(view.self).toMatchObject({ name: 'Attic', isSelf: true, link: 'self' })
  expect(view.find(view.self.nodeId)).toBe(view.self)
  expect(view.named('attic')).toBe(view.self)
  expect(view.named('mini')).toBeUndefined()
})
