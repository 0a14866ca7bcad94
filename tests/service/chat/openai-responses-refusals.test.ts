import { describe, expect, test } from 'bun:test'
import { RESPONSES, createResponsesNode, refusal } from '../../support/scripted-responses.ts'

const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: true,
}
describe('a request that cannot be honoured', () => {
  const wrong: readonly (readonly [body: object, param: string | null])[] = [
    [{ input: 7 }, 'input'],
    [{ input: { role: 'user', content: 'hi' } }, 'input'],
    [{ input: [] }, 'input'],
    [{}, 'input'],
    [{ input: ['hi'] }, 'input[0]'],
    [{ input: [{ role: 'robot', content: 'hi' }] }, 'input[0].role'],
    [{ input: [{ role: 'user' }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'http://x' }] }] }, 'input[0].content[0]'],
    [{ input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'input[0].content[0]'],
    [{ input: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }, 'input[0].content[0].type'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] }, 'input[0].content[0].file_id'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ type: 'web_search_call', id: 'w' }] }, 'input[0].type'],
    [{ input: [{ type: '__proto__', id: 'w' }] }, 'input[0].type'],
    [{ input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: 'x' }] }, 'input[0].arguments'],
    [{ input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[0].call_id'],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }, 'input[0].id'],
    [{ input: 'hi', tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools[0].function'],
    [{ input: 'hi', tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [{ input: 'hi', tools: [{ type: 'mcp', server_label: 'x' }] }, 'tools[0].type'],
    [{ input: 'hi', tools: [{ ...weather, name: 'no name' }] }, 'tools[0].name'],
    [{ input: 'hi', tool_choice: 'required' }, 'tool_choice'],
    [{ input: 'hi', tools: [weather], tool_choice: { type: 'function', name: 'x' } }, 'tool_choice'],
    [{ input: 'hi', background: true, store: false }, 'background'],
    [{ input: 'hi', conversation: 'conv_1' }, 'conversation'],
    [{ input: 'hi', prompt: { id: 'p' } }, 'prompt'],
    [{ input: 'hi', max_tokens: 5 }, 'max_tokens'],
    [{ input: 'hi', max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 'hi', temperature: 'hot' }, 'temperature'],
    [{ input: 'hi', text: { format: { type: 'xml' } } }, 'text.format.type'],
    [{ input: 'hi', text: { format: { type: 'json_schema', name: 'x' } } }, 'text.format.schema'],
    [{ input: 'hi', reasoning: { effort: 'extreme' } }, 'reasoning.effort'],
    [{ input: 'hi', metadata: 'x' }, 'metadata'],
  ] // prettier-ignore
  test.each(wrong)('%j is refused by the name of its field', async (json, param) => {
    const node = createResponsesNode()
    expect(await refusal(node, RESPONSES, { json })).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param,
    })
    expect(node.driver.requests).toEqual([])
  })

  test('names a response or a model that is not there', async () => {
    const node = createResponsesNode()
    const unknown = { json: { input: 'hi', previous_response_id: 'resp_x' } }
    expect(await refusal(node, RESPONSES, unknown)).toMatchObject({
      status: 404,
      type: 'not_found',
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
    expect(await refusal(node, RESPONSES, { json: { model: 'gpt-99', input: 'hi' } })).toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
  })

  test('is no JSON, and is told so', async () => {
    const body = '{"input":'
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
    expect(await refusal(createResponsesNode(), RESPONSES, init)).toMatchObject({ status: 400, param: null })
  })
})
