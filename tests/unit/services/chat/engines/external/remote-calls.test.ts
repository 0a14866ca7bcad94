import { afterEach, describe, expect, test } from 'bun:test'
import type { GenerateRequest, ToolDefinition } from '@shared/inference/generate-request.ts'
import { answerOf, faultOf } from '../../../../../conformance/text-engine/ask-engine.ts'
import {
  answering,
  callPiece,
  externalEngine,
  stopMachines,
} from '../../../../../support/machines/external-engine.ts'
import { chunkOf, usageChunk } from '../../../../../support/machines/test-machine.ts'

afterEach(stopMachines)

const clock: ToolDefinition = {
  name: 'clock',
  parameters: {
    type: 'object',
    properties: { zone: { type: 'string', enum: ['UTC', 'CET'] } },
    required: ['zone'],
    additionalProperties: false,
  },
}
const withClock: GenerateRequest['prompt'] = {
  type: 'chat',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Now?' }] }],
  tools: [clock],
}
describe('calls of tools', () => {
  test('are told whole and one after the other, however they come', async () => {
    const { engine, machine: there } = await externalEngine(
      answering(
        callPiece(0, { id: 'a', function: { name: 'clock', arguments: '{"zo' } }),
        callPiece(1, { id: 'b', function: { name: 'clock', arguments: '{"zone":"CET"}' } }),
        callPiece(0, { function: { arguments: 'ne":"UTC"}' } }),
        chunkOf({}, 'tool_calls'),
        usageChunk(9, 12),
      ),
    )
    const { events, finish } = await answerOf(engine, withClock, { toolChoice: { type: 'required' } })
    expect(events.slice(1, -1)).toMatchObject([
      { type: 'tool-call-start', index: 0, id: 'a', name: 'clock' },
      { type: 'tool-call-delta', index: 0, text: '{"zone":"UTC"}' },
      { type: 'tool-call-end', index: 0 },
      { type: 'tool-call-start', index: 1, id: 'b' },
      { type: 'tool-call-delta', index: 1, text: '{"zone":"CET"}' },
      { type: 'tool-call-end', index: 1 },
    ])
    expect(finish).toMatchObject({ reason: 'tool-calls', usage: { completionTokens: 12 } })
    expect(there.bodies[0]).toMatchObject({
      tool_choice: 'required',
      tools: [{ function: { name: 'clock' } }],
    })
  })

  test.each([
    ['no JSON', 'clock', '{"zone":', 'no JSON'],
    ['a list', 'clock', '[]', 'no JSON object'],
    ['not of the schema', 'clock', '{"zone":"MARS"}', 'not of the schema'],
    ['more than the schema knows', 'clock', '{"zone":"UTC","x":1}', 'not of the schema'],
    ['a tool of nobody', 'bomb', '{}', 'a tool that it was not given'],
  ])('that are %s fail the answer by name', async (_what, name, given, part) => {
    const { engine } = await externalEngine(
      answering(callPiece(0, { id: 'a', function: { name, arguments: given } }), chunkOf({}, 'tool_calls')),
    )
    const fault = await faultOf(answerOf(engine, withClock))
    expect(fault.code).toBe('engine_failed')
    expect(fault.message).toContain(part)
  })

  test('that the token budget cuts off do not end', async () => {
    const { engine } = await externalEngine(
      answering(
        callPiece(0, { id: 'a', function: { name: 'clock', arguments: '{"zone":' } }),
        chunkOf({}, 'length'),
      ),
    )
    const { events, finish } = await answerOf(engine, withClock)
    expect(events.map(({ type }) => type)).not.toContain('tool-call-end')
    expect(finish.reason).toBe('length')
  })

  test('that must come and do not are a failure, for some servers ignore the wish', async () => {
    const { engine } = await externalEngine({})
    const fault = await faultOf(answerOf(engine, withClock, { toolChoice: { type: 'required' } }))
    expect(fault).toMatchObject({ code: 'engine_failed', message: expect.stringContaining('calls no tool') })
  })

  test('with a schema that would take for ever to check are refused, not computed', async () => {
    const definitions = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => [
        `d${level}`,
        { allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] },
      ]),
    )
    const endless: ToolDefinition = {
      name: 'clock',
      parameters: { type: 'object', $ref: '#/$defs/d0', $defs: { ...definitions, d40: { type: 'object' } } },
    }
    const { engine } = await externalEngine(
      answering(
        callPiece(0, { id: 'a', function: { name: 'clock', arguments: '{}' } }),
        chunkOf({}, 'tool_calls'),
      ),
    )
    const startedAt = performance.now()
    const fault = await faultOf(answerOf(engine, { ...withClock, tools: [endless] } as typeof withClock))
    expect(fault.code).toBe('invalid_request')
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })
})
