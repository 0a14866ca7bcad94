import { describe, expect, test } from 'bun:test'
import { callApp, ssePayloads } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const EDITS = '/v1/edits'
const edit = { model: 'tiny', instruction: 'Fix the spelling.', input: 'Helo' }
const textPart = (text: string) => [{ type: 'text' as const, text }]

describe("LocalAI's edits", () => {
  test('answer in their own shape, with real counts', async () => {
    const { app } = createScriptedNode()
    for (const path of [EDITS, '/edits']) {
      const reply = await jsonOf(callApp(app, path, { json: edit }))
      expect(reply).toMatchObject({
        id: 'id0',
        object: 'edit',
        created: 1_700_000_000,
        model: 'tiny',
        choices: [{ index: 0, text: 'Hello from the script.' }],
        usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
      })
    }
  })

  test('give the instruction as the system turn, and each text as one of the user', async () => {
    const { app, driver } = createScriptedNode()
    const json = { ...edit, input: ['a', 'b'], n: 2, temperature: 0.2, max_tokens: 3 }
    const reply = await jsonOf(callApp(app, EDITS, { json }))
    expect(reply.choices).toHaveLength(4)
    expect(driver.requests.map(({ prompt }) => prompt.type === 'chat' && prompt.messages)).toEqual(
      ['a', 'a', 'b', 'b'].map((text) => [
        { role: 'system', parts: textPart('Fix the spelling.') },
        { role: 'user', parts: textPart(text) },
      ]),
    )
    expect(driver.requests[0]).toMatchObject({ sampling: { temperature: 0.2 }, maxTokens: 3 })
  })

  test('work without a text: the instruction says it all', async () => {
    const { app, driver } = createScriptedNode()
    await callApp(app, EDITS, { json: { instruction: 'Write a line.' } })
    expect(driver.requests[0]?.prompt).toEqual({
      type: 'chat',
      messages: [{ role: 'user', parts: textPart('Write a line.') }],
    })
  })

  test('are streamed as a text completion', async () => {
    const { app } = createScriptedNode()
    const body = await (await callApp(app, EDITS, { json: { ...edit, stream: true } })).text()
    const payloads = ssePayloads(body)
    expect(payloads.at(-1)).toBe('[DONE]')
    const text = payloads.slice(0, -1).map((chunk) => chunk.choices[0].text)
    expect(text.join('')).toBe('Hello from the script.')
  })

  const refusals: [string, object, string][] = [
    ['no instruction', { input: 'Helo' }, 'instruction'],
    ['an empty instruction', { ...edit, instruction: '' }, 'instruction'],
    ['an input that is a number', { ...edit, input: 5 }, 'input'],
    ['a list of numbers', { ...edit, input: ['a', 5] }, 'input[1]'],
    ['too many inputs', { ...edit, input: Array.from({ length: 65 }, String) }, 'input'],
    ['tools', { ...edit, tools: [{}] }, 'tools'],
  ]
  test.each(refusals)('refuse %s by name', async (_, json, param) => {
    const { app } = createScriptedNode()
    const response = await callApp(app, EDITS, { json })
    expect(response.status).toBe(400)
    expect((await jsonOf(response)).error.param).toBe(param)
  })
})
