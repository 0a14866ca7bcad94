import { expect, test } from 'bun:test'
import type { AskNode } from '@service/router/features/other-nodes/ask-node.ts'
import { readNodeList } from '@service/router/features/other-nodes/read-node-list.ts'
import { createScriptedNodes } from '../../../../../support/scripted-nodes.ts'

const { self } = createScriptedNodes([], {})

/** Reads the list of a node that answers each page so. */
const read = async (
  page: (path: string, number: number) => Response,
  headers: Record<string, string> = {},
) => {
  const asked: string[] = []
  let discarded = 0
  const askNode: AskNode = async (_node, { routed, signal }) => {
    asked.push(routed.target.pathAndQuery)
    const response = page(routed.target.pathAndQuery, asked.length)
    return { response, signal: signal!, discard: () => void (discarded += 1) }
  }
  const target = { path: '/models', pathAndQuery: '/models' }
  const routed = { request: new Request('http://h/models', { headers }), target }
  const answer = await readNodeList(askNode, self, {
    // Of the request, this is what is looked at.
    routed: routed as unknown as Parameters<typeof readNodeList>[2]['routed'],
    list: { field: 'data', key: 'id', paging: 'toolpiper' },
    query: { capability: 'chat', limit: '2', after: 'x' },
    signal: new AbortController().signal,
  })
  return { answer, asked, discarded: () => discarded }
}

test('all pages are read, with the filters of the client and pages of our own', async () => {
  const { answer, asked } = await read((_path, number) =>
    Response.json({ data: [{ id: `m${number}` }], hasMore: number < 3, nextCursor: `m${number}` }),
  )
  expect(asked).toEqual([
    '/models?capability=chat&limit=100',
    '/models?capability=chat&limit=100&after=m1',
    '/models?capability=chat&limit=100&after=m2',
  ])
  expect(answer).toMatchObject({ type: 'list', entries: [{ id: 'm1' }, { id: 'm2' }, { id: 'm3' }] })
})

test('a list that never ends is given up, and one that stands still is at its end', async () => {
  const endless = await read((_path, number) =>
    Response.json({ data: [], hasMore: true, nextCursor: `m${number}` }),
  )
  expect(endless.answer.type).toBe('missing')
  expect(endless.asked.length).toBe(200)
  const still = await read(() => Response.json({ data: [], hasMore: true, nextCursor: 'same' }))
  expect(still.asked.length).toBe(2)
})

test('what is no list is missing, whatever it is', async () => {
  for (const body of ['null', '[]', '5', '{', '{"data":{}}', '{}'])
    expect((await read(() => new Response(body))).answer.type).toBe('missing')
  const failed = await read(() => new Response('no', { status: 500 }))
  expect(failed.answer.type).toBe('missing')
  expect(failed.discarded()).toBe(1)
  expect((await read(() => new Response('no', { status: 400 }))).answer.type).toBe('refused')
})
