import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import type { CallFormat } from '@service/chat/policy/chat-format/chat-format.ts'
import { CALL_FORMATS, HARMONY } from '@service/chat/policy/chat-format/call-formats.ts'

export const WEATHER: ToolDefinition = {
  name: 'get_weather',
  parameters: {
    type: 'object',
    properties: {
      city: { type: 'string' },
      days: { type: 'integer' },
      unit: { enum: ['celsius', 'fahrenheit'] },
      places: { type: 'array', items: { type: 'string' } },
    },
    required: ['city'],
  },
}

export const CLOCK: ToolDefinition = {
  name: 'now',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
}

export const EVERY_CALL_FORMAT: readonly CallFormat[] = [...CALL_FORMATS, HARMONY]

export const callFormat = (name: string): CallFormat => {
  const format = EVERY_CALL_FORMAT.find((candidate) => candidate.name === name)
  if (format === undefined) throw new Error(`There is no format ${name}.`)
  return format
}

/** A call for the weather in Bonn, as a model of each family writes it. */
export const CALLS_AS_WRITTEN: Readonly<Record<string, string>> = {
  hermes: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bonn"}}\n</tool_call>',
  'qwen-coder':
    '<tool_call>\n<function=get_weather>\n<parameter=city>\nBonn\n</parameter>\n</function>\n</tool_call>',
  seed: '<seed:tool_call>\n<function=get_weather>\n<parameter=city>Bonn</parameter>\n</function>\n</seed:tool_call>',
  glm: '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Bonn</arg_value>\n</tool_call>',
  minimax:
    '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Bonn</parameter>\n</invoke>\n</minimax:tool_call>',
  mistral: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Bonn"}, "id": "a1b2c3d4e"}]',
  'mistral-named': '[TOOL_CALLS]get_weather[ARGS]{"city": "Bonn"}',
  'deepseek-r1':
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Bonn"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  deepseek:
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Bonn"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  kimi: '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Bonn"}<|tool_call_end|><|tool_calls_section_end|>',
  command:
    '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Bonn"}}]<|END_ACTION|>',
  phi: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Bonn"}}]<|/tool_call|>',
  granite: '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Bonn"}}]',
  nemotron: '<TOOLCALL>[{"name": "get_weather", "arguments": {"city": "Bonn"}}]</TOOLCALL>',
  apriel: '<tool_calls>[{"name": "get_weather", "arguments": {"city": "Bonn"}}]</tool_calls>',
  'minimax-m1': '<tool_calls>\n{"name": "get_weather", "arguments": {"city": "Bonn"}}\n</tool_calls>',
  functionary: '<function=get_weather>{"city": "Bonn"}</function>',
  gigachat: '<|function_call|>{"name": "get_weather", "arguments": {"city": "Bonn"}}',
  firefunction: 'functools[{"name": "get_weather", "arguments": {"city": "Bonn"}}]',
  llama: '{"name": "get_weather", "parameters": {"city": "Bonn"}}',
  harmony: '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city": "Bonn"}',
}
