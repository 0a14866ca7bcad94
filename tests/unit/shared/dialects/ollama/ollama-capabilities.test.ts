import { expect, test } from 'bun:test'
import { ollamaCapabilities } from '@shared/dialects/ollama/ollama-capabilities.ts'

const chat = { capabilities: ['chat'] } as const

test.each([
  [['chat'], ['completion']],
  [['embed'], ['embedding']],
  [['rerank'], ['rerank']],
  [
    ['chat', 'embed'],
    ['completion', 'embedding'],
  ],
  [[], []],
] as const)('%p is %p', (capabilities, words) => {
  expect(ollamaCapabilities({ capabilities }, {})).toEqual([...words])
})

test.each([
  ['{% if tools %}{{ tools | tojson }}{% endif %}', ['tools']],
  ['{{ toolset }} {{ my_tools }}', []],
  ["{% set content = content.split('</think>')[-1] %}", ['thinking']],
  ['{%- if enable_thinking is defined and enable_thinking is false %}', ['thinking']],
  [
    '<|start|>assistant<|channel|>analysis<|message|>{{ message.thinking }}{% for tool in tools %}',
    ['tools', 'thinking'],
  ],
  ['I think tools', ['tools']],
])('a template such as %p adds %p', (chatTemplate, added) => {
  expect(ollamaCapabilities({ ...chat, chatTemplate }, {})).toEqual(['completion', ...added])
  expect(ollamaCapabilities({ capabilities: ['embed'], chatTemplate }, {})).toEqual(['embedding'])
})

test('a model with the markers of a gap can insert, by the present keys and by the former ones', () => {
  const before = { 'tokenizer.ggml.fim_pre_token_id': 5 }
  const after = { 'tokenizer.ggml.fim_suf_token_id': 0 }
  const former = { 'tokenizer.ggml.prefix_token_id': 5, 'tokenizer.ggml.suffix_token_id': 6 }
  expect(ollamaCapabilities(chat, { ...before, ...after })).toEqual(['completion', 'insert'])
  expect(ollamaCapabilities(chat, former)).toEqual(['completion', 'insert'])
  for (const metadata of [before, after, {}])
    expect(ollamaCapabilities(chat, metadata)).toEqual(['completion'])
})
