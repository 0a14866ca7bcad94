import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'
import type { WireJson } from '../../support/wire-json.ts'

const PATH = '/v1/embeddings'

describe('embeddings', () => {
  test('come in the order of their inputs, in the shape that the official client reads', async () => {
    const { app } = createScriptedNode()
    const reply = await jsonOf(callApp(app, PATH, { json: { model: 'tiny', input: ['a', 'b'] } }))
    expect(reply.object).toBe('list')
    expect(reply.data.map((entry: WireJson) => [entry.object, entry.index])).toEqual([
      ['embedding', 0],
      ['embedding', 1],
    ])
    expect(reply.data[0].embedding).toEqual([1, 0, 0, 0])
    expect(reply.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 })
  })

  test('come as base64 of little-endian floats when asked', async () => {
    const { app } = createScriptedNode()
    const body = { model: 'tiny', input: 'a', encoding_format: 'base64' }
    const reply = await jsonOf(callApp(app, PATH, { json: body }))
    const bytes = Buffer.from(reply.data[0].embedding, 'base64')
    expect([...new Float32Array(bytes.buffer, bytes.byteOffset, 4)]).toEqual([1, 0, 0, 0])
  })

  test('are cut and brought to unit length for dimensions', async () => {
    const { app } = createScriptedNode()
    const body = { model: 'tiny', input: ['a', 'b'], dimensions: 1 }
    const reply = await jsonOf(callApp(app, PATH, { json: body }))
    expect(reply.data[1].embedding).toEqual([1])
  })

  const refusals: [string, object, string][] = [
    ['no input', { model: 'tiny' }, 'input'],
    ['an empty text', { model: 'tiny', input: ['a', ''] }, 'input'],
    ['an empty list', { model: 'tiny', input: [] }, 'input'],
    ['objects', { model: 'tiny', input: [{}] }, 'input[0]'],
    ['more dimensions than there are', { model: 'tiny', input: 'a', dimensions: 99 }, 'dimensions'],
  ]
  test.each(refusals)('refuse %s by name', async (_, body, param) => {
    const { app } = createScriptedNode()
    const response = await callApp(app, PATH, { json: body })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.param).toBe(param)
  })
})
