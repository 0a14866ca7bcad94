import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { BROKEN_MODELS } from '../support/gguf/broken-models.ts'
import { KNOWN_ANSWER } from '../support/gguf/known-answer-model.ts'
import { writeSparseModel } from '../support/gguf/sparse-model.ts'
import { startNode } from '../support/running-node.ts'
import type { RunningNode } from '../support/running-node.ts'
import { jsonOf } from '../support/wire-json.ts'

let node: RunningNode

beforeAll(async () => {
  node = await startNode({
    prepare: async (directory) => {
      for (const broken of BROKEN_MODELS) await broken.write(join(directory, `broken-${broken.name}.gguf`))
      await writeSparseModel(join(directory, 'sixty-gigabytes.gguf'))
    },
  })
}, 60_000)

afterAll(() => node.stop(), 60_000)

const post = (body: string | object, path = '/v1/chat/completions'): Promise<Response> =>
  fetch(node.url + path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

const hello = [{ role: 'user', content: 'hi' }]

const expectAlive = async (): Promise<void> => {
  const response = await post({ model: 'known-answer', messages: hello })
  expect((await jsonOf(response)).choices[0].message.content).toBe(KNOWN_ANSWER)
}

describe('a broken model file', () => {
  test.each(BROKEN_MODELS.map(({ name }) => name))(
    '%s is refused with a reason, and the node goes on',
    async (name) => {
      const response = await post({ model: `broken-${name}`, messages: hello })
      const { error } = await jsonOf(response)
      expect([response.status, error.type]).toEqual([422, 'invalid_request_error'])
      expect(error.message.length).toBeGreaterThan(30)
    },
  )

  test('is listed with its defect when its header tells, and then is not among the models that can be used', async () => {
    const { data } = await jsonOf(fetch(`${node.url}/models?limit=100`))
    const ids = data.map(({ id }: { id: string }) => id)
    expect(ids).toEqual(expect.arrayContaining(BROKEN_MODELS.map(({ name }) => `broken-${name}`)))
    const defect = data.filter(({ state }: { state: string }) => state === 'error')
    expect(defect.length).toBeGreaterThan(BROKEN_MODELS.length * 0.8)
    expect(defect.every(({ error }: { error: string }) => error.length > 10)).toBe(true)
    const usable = await jsonOf(fetch(`${node.url}/v1/models`))
    const usableIds = usable.data.map(({ id }: { id: string }) => id)
    expect(usableIds).toEqual(expect.arrayContaining(['known-answer', 'sixty-gigabytes']))
    expect(defect.filter(({ id }: { id: string }) => usableIds.includes(id))).toEqual([])
  })

  test('leaves the node answering', expectAlive)
})

test('a model larger than the machine is refused with the figures', async () => {
  const response = await post({ model: 'sixty-gigabytes', messages: hello })
  const { error } = await jsonOf(response)
  expect(response.status).toBe(503)
  expect(error.message).toMatch(/\d+(\.\d+)? ?G/)
  await expectAlive()
})

describe('a wrong request', () => {
  const wrong: [string, number, string, string | object][] = [
    ['malformed JSON', 400, 'invalid_request', '{"model": "known-answer", "messages": ['],
    ['an empty body', 400, 'invalid_request', ''],
    ['an array', 400, 'invalid_request', '[]'],
    ['wrong types', 400, 'invalid_request', { model: 7, messages: 'hi' }],
    ['an unknown model', 404, 'model_not_found', { model: 'no-such-model', messages: hello }],
    ['a name that is a path', 404, 'model_not_found', { model: '../../etc/passwd', messages: hello }],
    [
      'a prompt longer than the context',
      400,
      'context_length_exceeded',
      { model: 'known-answer', messages: [{ role: 'user', content: 'word '.repeat(9000) }] },
    ],
    [
      '100 MB of body',
      413,
      'too_large',
      JSON.stringify({
        model: 'known-answer',
        messages: [{ role: 'user', content: 'x'.repeat(100_000_000) }],
      }),
    ],
    [
      'deeply nested JSON',
      400,
      'invalid_request',
      `{"model":"known-answer","messages":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ],
  ]
  test.each(wrong)('%s is answered with %d %s in the envelope', async (_, status, code, body) => {
    const response = await post(body)
    const { error } = await jsonOf(response)
    expect([response.status, error.code]).toEqual([status, code])
    expect(error.message).not.toContain(node.home)
    expect(response.headers.get('x-request-id')).toBeTruthy()
  })

  test('of 100 MB without a length is cut off at the limit', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000
        if (sent > 100_000_000) controller.close()
        else controller.enqueue(new Uint8Array(1_000_000).fill(120))
      },
    })
    const response = await fetch(`${node.url}/v1/chat/completions`, { method: 'POST', body })
    expect(response.status).toBe(413)
  })

  test('leaves the node answering', expectAlive)
})
