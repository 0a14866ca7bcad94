import { describe, expect, test } from 'bun:test'
import { callApp } from '../../support/call-app.ts'
import { createScriptedNode } from '../../support/scripted-node.ts'
import { jsonOf } from '../../support/wire-json.ts'

const CHAT = '/api/chat'
const GENERATE = '/api/generate'
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }
const once = { model: 'tiny', prompt: 'Once' }
const deep: unknown = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`)

const withMessage = (message: unknown): object => ({ ...hello, messages: [message] })
const withImage = (image: unknown): object => withMessage({ role: 'user', content: 'what?', images: [image] })
const withTool = (tool: unknown): object => ({ ...hello, tools: [tool] })
const withFunction = (fields: object): object =>
  withTool({ type: 'function', function: { name: 'f', ...fields } })
const withCall = (call: unknown): object =>
  withMessage({ role: 'assistant', content: '', tool_calls: [call] })

const refused = async (path: string, body: object, message: RegExp): Promise<void> => {
  const { app, driver } = createScriptedNode()
  const response = await callApp(app, path, { json: body })
  const reply = await jsonOf(response)
  expect([response.status, reply.error]).toEqual([400, expect.stringMatching(message)])
  expect(Object.keys(reply)).toEqual(['error'])
  expect(driver.requests).toHaveLength(0)
}

describe("what Ollama's chat refuses", () => {
  const refusals: [string, object, RegExp][] = [
    ['a message that is a string', withMessage('hi'), /'messages\[0\]': expected an object, but got a string/],
    ['an unknown role', withMessage({ role: 'robot', content: 'x' }), /'robot'.*'assistant' or 'tool'/],
    ['a role of every object', withMessage({ role: 'constructor', content: 'x' }), /messages\[0\]\.role/],
    ['content of the wrong type', withMessage({ role: 'user', content: 5 }), /messages\[0\]\.content/],
    ['a part of another kind', withMessage({ role: 'user', content: [{ type: 'audio' }] }), /'audio'/],
    ['a part whose type cannot be text', withMessage({ role: 'user', content: [{ type: { toString: 1 } }] }), /content\[0\]\.type': expected a string/],
    ['thinking of the user', withMessage({ role: 'user', content: 'x', thinking: 'hm' }), /'messages\[0\]\.thinking' belongs into messages of the assistant/],
    ['thinking that is no text', withMessage({ role: 'assistant', thinking: 5 }), /'messages\[0\]\.thinking': expected a string/],
    ['calls of the user', withMessage({ role: 'user', tool_calls: [{ function: { name: 'f' } }] }), /'messages\[0\]\.tool_calls' belongs into/],
    ['calls that are no list', withMessage({ role: 'assistant', tool_calls: {} }), /'messages\[0\]\.tool_calls': expected an array/],
    ['a call that is no object', withCall('f'), /'messages\[0\]\.tool_calls\[0\]': expected an object/],
    ['a call without a function', withCall({ name: 'f' }), /tool_calls\[0\]\.function': expected an object/],
    ['a call without a name', withCall({ function: { arguments: {} } }), /tool_calls\[0\]\.function\.name/],
    ['arguments that are a list', withCall({ function: { name: 'f', arguments: [] } }), /arguments': expected an object, or one as JSON text, but got an empty array/],
    ['arguments that are no JSON', withCall({ function: { name: 'f', arguments: '{"a":' } }), /arguments': expected an object.*got a string/],
    ['arguments without an end', withCall({ function: { name: 'f', arguments: { deep } } }), /arguments' is nested more than 64 levels deep/],
    ['an id that is a number', withCall({ id: 1, function: { name: 'f' } }), /tool_calls\[0\]\.id': expected a string/],
    ['a result for a number', withMessage({ role: 'tool', content: 'x', tool_call_id: 1 }), /tool_call_id': expected a string/],
    ['a path for an image', withImage('/etc/passwd'), /'messages\[0\]\.images\[0\]' is no image/],
    ['another scheme for an image', withImage('file:///etc/passwd'), /is no image/],
    ['base64 that is no image', withImage('aGVsbG8gd29ybGQ='), /is no image/],
    ['images that are no list', withMessage({ role: 'user', images: 'x' }), /'messages\[0\]\.images': expected an array/],
    ['tools that are no list', { ...hello, tools: {} }, /'tools': expected an array/],
    ['too many tools', { ...hello, tools: Array.from({ length: 513 }, () => ({})) }, /'tools' may have at most 512/],
    ['a tool of another kind', withTool({ type: 'web_search' }), /'tools\[0\]' is of type 'web_search'/],
    ['a tool whose type cannot be text', withTool({ type: { toString: 1 } }), /'tools\[0\]\.type': expected a string/],
    ['a tool in the flat form', withTool({ type: 'function', name: 'f' }), /'tools\[0\]\.function': expected an object/],
    ['a tool without a name', withFunction({ name: '' }), /'tools\[0\]\.function\.name' is no name/],
    ['a tool with a name in lines', withFunction({ name: 'a\nb' }), /'tools\[0\]\.function\.name' is no name/],
    ['two tools of one name', { ...hello, tools: ['f', 'f'].map((name) => ({ function: { name } })) }, /'tools\[1\]' has the name of another tool: 'f'/],
    ['a tool described by a number', withFunction({ description: 1 }), /'tools\[0\]\.function\.description'/],
    ['a tool with a list for a schema', withFunction({ parameters: [] }), /'tools\[0\]\.function\.parameters': expected a JSON Schema/],
    ['a tool that takes a string', withFunction({ parameters: { type: 'string' } }), /parameters\.type' must be 'object'/],
    ['a schema without an end', withFunction({ parameters: { deep } }), /parameters' is nested more than 64/],
    ['a format of another kind', { ...hello, format: 'yaml' }, /'format': expected 'json' or a JSON Schema/],
    ['a format that is a list', { ...hello, format: [] }, /'format': expected 'json' or a JSON Schema/],
    ['thinking in other degrees', { ...hello, think: 'a bit' }, /'think' takes true, false, 'low'/],
    ['thinking by number', { ...hello, think: 1 }, /'think' takes/],
    ['logprobs by number', { ...hello, logprobs: 5 }, /logprobs/],
    ['too many alternatives', { ...hello, logprobs: true, top_logprobs: 21 }, /top_logprobs/],
    ['only the rendered prompt', { ...hello, _debug_render_only: true }, /'_debug_render_only' is not supported/],
    ['options that are a list', { ...hello, options: [] }, /'options': expected an object/],
    ['a temperature in words', { ...hello, options: { temperature: 'hot' } }, /'options\.temperature': expected a number/],
    ['a penalty beyond its scale', { ...hello, options: { presence_penalty: 3 } }, /'options\.presence_penalty'/],
    ['a third mirostat', { ...hello, options: { mirostat: 3 } }, /'options\.mirostat'/],
    ['too many stops', { ...hello, options: { stop: Array.from({ length: 17 }, String) } }, /'options\.stop' may have at most 16/],
    ['a keep_alive in words', { ...hello, keep_alive: 'a while' }, /'keep_alive' takes/],
    ['stream in words', { ...hello, stream: 'yes' }, /stream/],
    ['messages that are no list', { ...hello, messages: 'hi' }, /messages/],
    ['a model that is a number', { ...hello, model: 5 }, /model/],
  ] // prettier-ignore
  test.each(refusals)('%s', (_, body, message) => refused(CHAT, body, message))

  test('malformed JSON, a body that is no object, an unknown model and an unknown route, in its own envelope', async () => {
    const { app } = createScriptedNode()
    const broken = await callApp(app, CHAT, { method: 'POST', body: '{"model": ' })
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { error: 'The request body is not valid JSON.' },
    ])
    for (const json of [[1], null, 'hi', 5])
      expect((await callApp(app, CHAT, { json })).status, JSON.stringify(json)).toBe(400)
    const unknown = await callApp(app, CHAT, { json: { ...hello, model: 'nope' } })
    expect(unknown.status).toBe(404)
    expect((await jsonOf(unknown)).error).toContain("'nope'")
    const nowhere = await callApp(app, '/api/nothing', { json: {} })
    expect([nowhere.status, typeof (await jsonOf(nowhere)).error]).toEqual([404, 'string'])
  })
})

describe("what Ollama's generate refuses", () => {
  const foreign = /'context' does not come from this server.*\/api\/chat/
  const refusals: [string, object, RegExp][] = [
    ['a prompt that is a list', { prompt: ['a'] }, /prompt/],
    ['a template', { template: '{{ .Prompt }}' }, /'template' is not supported.*'raw'/],
    ['a system turn in raw mode', { raw: true, system: 'Be short.' }, /raw mode does not support 'system'/],
    ['a context in raw mode', { raw: true, context: [1] }, /raw mode does not support 'context'/],
    ['an image in raw mode', { raw: true, images: ['x'] }, /raw mode does not support 'images'/],
    ['thinking in raw mode', { raw: true, think: 'low' }, /raw mode does not support 'think'/],
    ['a suffix in raw mode', { raw: true, suffix: 'end' }, /raw mode does not support 'suffix'/],
    ['a system turn around a gap', { suffix: 'end', system: 'Be short.' }, /'suffix' does not support 'system'/],
    ['thinking in a gap', { suffix: 'end', think: true }, /'suffix' does not support 'think'/],
    ['the context of a real Ollama', { context: [151644, 872, 198, 5338] }, foreign],
    ['a context of no integers', { context: ['a'] }, foreign],
    ['a context that is a text', { context: 'before' }, /'context': expected an array of integers/],
    ['images that are no list', { images: 'x' }, /'images': expected an array/],
    ['an image that is none', { images: ['/etc/passwd'] }, /'images\[0\]' is no image/],
    ['the size of a picture', { width: 512 }, /'width' is not supported/],
  ] // prettier-ignore
  test.each(refusals)('%s', (_, fields, message) => refused(GENERATE, { ...once, ...fields }, message))
})
