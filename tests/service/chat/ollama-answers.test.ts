import { describe, expect, test } from 'bun:test'
import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf, ndjsonOf } from '../../support/wire-json.ts'

const ROUTES: [string, object][] = [
  ['/api/chat', { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }],
  ['/api/generate', { model: 'tiny', prompt: 'hi' }],
]
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const requestOf = async (path: string, body: object): Promise<GenerateRequest> => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, path, { json: { ...body, stream: false } })
  expect([response.status, response.headers.get('x-skein-warnings')]).toEqual([200, null])
  return driver.requests[0]!
}

describe.each(ROUTES)('%s', (path, hello) => {
  test.each([
    [true, { isEnabled: true }],
    [false, { isEnabled: false }],
    ['low', { isEnabled: true, effort: 'low' }],
    ['medium', { isEnabled: true, effort: 'medium' }],
    ['high', { isEnabled: true, effort: 'high' }],
  ] as const)('passes on the wish to think: %p', async (think, reasoning) => {
    expect(await requestOf(path, { ...hello, think })).toMatchObject({ prompt: { reasoning } })
  })

  test('leaves it to the model whether it thinks when nothing is said of it', async () => {
    for (const think of [undefined, null, ''])
      expect((await requestOf(path, { ...hello, think })).prompt).not.toHaveProperty('reasoning')
  })

  test('tells thoughts apart from the answer, streamed and whole', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { reasoning: ['Let me', ' think.'], pieces: ['Yes', '.'] }
    const whole = await jsonOf(callApp(app, path, { json: { ...hello, think: true, stream: false } }))
    const said = whole.message ?? { content: whole.response, thinking: whole.thinking }
    expect(said).toMatchObject({ content: 'Yes.', thinking: 'Let me think.' })
    expect(whole.eval_count).toBe(4)
    const lines = await ndjsonOf(callApp(app, path, { json: { ...hello, think: true } }))
    const parts = lines.map((line) => line.message ?? { content: line.response, thinking: line.thinking })
    expect(parts.map(({ thinking }) => thinking)).toEqual(['Let me', ' think.', ...Array(3)])
    expect(parts.map(({ content }) => content)).toEqual(['', '', 'Yes', '.', ''])
  })

  test('passes on the form of the answer', async () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
    expect((await requestOf(path, { ...hello, format: 'json' })).output).toEqual({ type: 'json' })
    expect((await requestOf(path, { ...hello, format: schema })).output).toEqual({
      type: 'json-schema',
      schema,
    })
    for (const format of ['', null])
      expect(await requestOf(path, { ...hello, format })).not.toHaveProperty('output')
  })

  test('tells how likely each token was, streamed and whole', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { pieces: ['Ja', '.'] }
    const token = (text: string) => ({
      token: text,
      logprob: Math.log(2 / 3),
      bytes: [...new TextEncoder().encode(text)],
    })
    const other = { token: '?', logprob: Math.log(1 / 3), bytes: [63] }
    const expected = ['Ja', '.'].map((text) => ({ ...token(text), top_logprobs: [token(text), other] }))
    const json = { ...hello, logprobs: true, top_logprobs: 2 }
    expect((await jsonOf(callApp(app, path, { json: { ...json, stream: false } }))).logprobs).toEqual(
      expected,
    )
    const lines = await ndjsonOf(callApp(app, path, { json }))
    expect(lines.map(({ logprobs }) => logprobs)).toEqual([[expected[0]], [expected[1]], undefined])
  })

  test('tells no alternatives when none were asked for, and warns of alternatives alone', async () => {
    const { app, driver } = createScriptedNode()
    driver.script = { pieces: ['Ja'] }
    const json = { ...hello, stream: false, logprobs: true }
    const [token] = (await jsonOf(callApp(app, path, { json }))).logprobs
    expect(Object.keys(token)).toEqual(['token', 'logprob', 'bytes'])
    const alone = await callApp(app, path, { json: { ...hello, stream: false, top_logprobs: 3 } })
    expect(alone.headers.get('x-skein-warnings')).toContain("'top_logprobs' has no effect without 'logprobs'")
    expect(driver.requests.map(({ logprobs }) => logprobs)).toEqual([0, undefined])
    expect(await jsonOf(alone)).not.toHaveProperty('logprobs')
  })

  test('warns that long prompts are not cut, and not of the opposite', async () => {
    const { app } = createScriptedNode()
    const cut = await callApp(app, path, { json: { ...hello, stream: false, truncate: true, shift: true } })
    expect(cut.headers.get('x-skein-warnings')).toMatch(/'truncate' has no effect.*'shift' has no effect/)
    await requestOf(path, { ...hello, truncate: false, shift: false })
  })

  test("passes images on by their field, and the model's refusal back", async () => {
    const url = 'https://example.org/cat.png'
    const body = path.endsWith('chat')
      ? { model: 'tiny', messages: [{ role: 'user', content: 'hi', images: [PNG, url] }] }
      : { ...hello, images: [PNG, url] }
    const { app, driver } = createScriptedNode()
    driver.script = { refuses: new Fault('invalid_request', 'This model cannot see images.') }
    const response = await callApp(app, path, { json: body })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'This model cannot see images.' },
    ])
    const field = path.endsWith('chat') ? 'messages[0].images' : 'images'
    expect(driver.requests[0]).toMatchObject({
      prompt: {
        messages: [
          {
            parts: [
              {
                type: 'image',
                source: { type: 'base64', mediaType: 'image/png', data: PNG },
                field: `${field}[0]`,
              },
              { type: 'image', source: { type: 'url', url }, field: `${field}[1]` },
              { type: 'text', text: 'hi' },
            ],
          },
        ],
      },
    })
  })
})

test('images in parts of a message are taken as one, in a list, with or without an object around', async () => {
  const data = `data:image/png;base64,${PNG}`
  const contents: [unknown, string][] = [
    [{ type: 'image_url', image_url: data }, 'messages[0].content.image_url'],
    [[{ type: 'image_url', image_url: { url: data } }], 'messages[0].content[0].image_url'],
  ]
  for (const [content, field] of contents) {
    const request = await requestOf('/api/chat', { model: 'tiny', messages: [{ role: 'user', content }] })
    const source = { type: 'base64', mediaType: 'image/png', data: PNG }
    expect(request.prompt).toMatchObject({ messages: [{ parts: [{ type: 'image', source, field }] }] })
  }
})
