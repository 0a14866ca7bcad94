import { afterAll, beforeAll, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { startLiveRouter } from '../../support/live-router.ts'
import type { LiveRouter } from '../../support/live-router.ts'
import { createScriptedNodes } from '../../support/scripted-nodes.ts'
import { routeEntry } from '../../support/scripted-service.ts'

const openaiModel = (id: string) => ({ id, object: 'model', created: 1, owned_by: 'skein' })
const anthropicModel = (id: string) => ({
  id,
  type: 'model',
  display_name: id,
  created_at: '2026-01-01T00:00:00Z',
})
const ollamaModel = (id: string) => ({
  name: id,
  model: id,
  modified_at: '2026-01-01T00:00:00Z',
  size: 1,
  digest: '0123456789abcdef',
  details: { family: 'llama' },
})

/** What a node with these models tells each client. */
const listsOf = (ids: readonly string[], path: string, headers: Headers): Response => {
  if (path.startsWith('/api/tags')) return Response.json({ models: ids.map(ollamaModel) })
  if (!headers.has('anthropic-version')) return Response.json({ object: 'list', data: ids.map(openaiModel) })
  const data = ids.map(anthropicModel)
  return Response.json({ data, has_more: false, first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null })
}

let live: LiveRouter
beforeAll(async () => {
  const nodes = createScriptedNodes([], { mini: [] })
  nodes.peer('mini').answer = ({ headers, pathAndQuery }) => listsOf(['both', 'far'], pathAndQuery, headers)
  live = await startLiveRouter({
    cluster: nodes.cluster,
    store: {
      routes: [
        routeEntry('GET', '/v1/models', {
          kind: 'gathered',
          list: { field: 'data', key: 'id', paging: 'anthropic' },
        }),
        routeEntry('GET', '/api/tags', { kind: 'gathered', list: { field: 'models', key: 'model' } }),
      ],
      answer: ({ headers, url }) => listsOf(['near', 'both'], new URL(url).pathname, headers),
    },
  })
})
afterAll(() => live.close())

test('the client of OpenAI reads the list of all nodes', async () => {
  const { data } = await new OpenAI({ baseURL: `${live.url}/v1`, apiKey: 'none' }).models.list()
  expect(data.map(({ id }) => id)).toEqual(['both', 'far', 'near'])
  expect(data[0]).toMatchObject({ nodes: ['attic', 'mini'] })
})

test('the client of Ollama reads it too', async () => {
  const { models } = await new Ollama({ host: live.url }).list()
  expect(models.map(({ model }) => model)).toEqual(['both', 'far', 'near'])
})

test('the client of Anthropic walks over its pages', async () => {
  const ids: string[] = []
  for await (const { id } of new Anthropic({ baseURL: live.url, apiKey: 'none' }).models.list({ limit: 1 }))
    ids.push(id)
  expect(ids).toEqual(['both', 'far', 'near'])
})
