import { describe, expect, test } from 'bun:test'
import { namedNode, nodeParameter } from '@service/router/features/other-nodes/named-node.ts'
import { requestTarget } from '@service/router/features/forwarding/request-target.ts'
import { createScriptedNodes, nodeIdFor } from '../../../../../support/scripted-nodes.ts'

const { cluster } = createScriptedNodes([], { mini: [], Studio: [], studio: [] })

describe('the parameter', () => {
  test.each([
    ['/status?node=mini', 'mini', '/status'],
    ['/status?a=1&node=mi%6Ei&b=%20', 'mini', '/status?a=1&b=%20'],
    ['/status?node=', '', '/status'],
    ['/status?%6Eode=mini', 'mini', '/status'],
    ['/status?node=a&node=b', 'a', '/status'],
  ])('of %s is taken out', (url, asked, rest) => {
    const found = nodeParameter(requestTarget(`http://h${url}`))
    expect(found).toMatchObject({ asked, target: { path: '/status', pathAndQuery: rest } })
  })

  test('is not there where another one only looks like it', () => {
    for (const url of ['/status', '/status?nodes=1', '/node', '/status?a=node', '/status?'])
      expect(nodeParameter(requestTarget(`http://h${url}`))).toBeUndefined()
  })
})

describe('a node', () => {
  test('is known by its id, its name, and the end of its id', () => {
    for (const asked of ['mini', nodeIdFor('mini'), nodeIdFor('mini').slice(-8)])
      expect(namedNode(cluster.view, asked).name).toBe('mini')
  })

  test('whose name two nodes have must be named by its id', () => {
    expect(() => namedNode(cluster.view, 'STUDIO')).toThrow(/More than one node is called 'STUDIO'/)
  })

  test('that nobody has heard of is none, and neither is no name', () => {
    for (const asked of ['cellar', '', 'x'.repeat(100_000)])
      expect(() => namedNode(cluster.view, asked)).toThrow(/There is no node/)
  })
})
