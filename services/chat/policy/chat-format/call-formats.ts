import type { EnvelopeBody, HarmonyCallFormat, MarkedCallFormat, TaggedBody } from './chat-format.ts'

const NAME_AND_ARGUMENTS: EnvelopeBody = {
  type: 'envelope',
  nameKey: 'name',
  argumentsKey: 'arguments',
  otherKeys: ['id', 'type'],
}

const PARAMETER_TAGS: TaggedBody = {
  type: 'tagged',
  nameClose: '>',
  keyOpen: '<parameter=',
  keyClose: ['>'],
  valueClose: '</parameter>',
}

const PLAIN = { type: 'marked', separator: '', markers: [], idForm: 'free', close: [] } as const

/** Also the form in which models that were trained for no form of their own are asked for calls. */
export const HERMES: MarkedCallFormat = {
  ...PLAIN,
  name: 'hermes',
  open: ['<tool_call>'],
  close: ['</tool_call>'],
  body: NAME_AND_ARGUMENTS,
  markers: ['<tool_call>', '</tool_call>'],
}

export const HARMONY: HarmonyCallFormat = {
  type: 'harmony',
  name: 'harmony',
  markers: ['<|start|>', '<|end|>', '<|message|>', '<|channel|>', '<|constrain|>', '<|call|>', '<|return|>'],
  idForm: 'free',
}

/** A list of envelopes between two markers. */
const list = (name: string, open: string, close: readonly string[]): MarkedCallFormat => ({
  ...PLAIN,
  name,
  section: { open: [open, '['], close: [']', ...close] },
  open: [],
  separator: ',',
  body: NAME_AND_ARGUMENTS,
  markers: [open, ...close],
})

/** `<function=name><parameter=key>value</parameter></function>` within a tag. */
const functionTags = (name: string, tag: string): MarkedCallFormat => ({
  ...PLAIN,
  name,
  open: [`<${tag}>`, '<function='],
  close: ['</function>', `</${tag}>`],
  body: PARAMETER_TAGS,
  markers: [`<${tag}>`, `</${tag}>`],
})

const LLAMA: MarkedCallFormat = {
  ...PLAIN,
  name: 'llama',
  open: [],
  body: { type: 'envelope', nameKey: 'name', argumentsKey: 'parameters', otherKeys: ['type'] },
  text: { open: '<|python_tag|>', close: '' },
  markers: ['<|python_tag|>'],
}

/** Every form known, the one that says most about itself first: a model's is the first that reads what its template writes. */
export const CALL_FORMATS: readonly MarkedCallFormat[] = [
  HERMES,
  functionTags('qwen-coder', 'tool_call'),
  functionTags('seed', 'seed:tool_call'),
  {
    ...PLAIN,
    name: 'glm',
    open: ['<tool_call>'],
    close: ['</tool_call>'],
    body: {
      type: 'tagged',
      nameClose: '',
      keyOpen: '<arg_key>',
      keyClose: ['</arg_key>', '<arg_value>'],
      valueClose: '</arg_value>',
    },
    markers: ['<tool_call>', '</tool_call>', '<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'],
  },
  {
    ...PLAIN,
    name: 'minimax',
    section: { open: ['<minimax:tool_call>'], close: ['</minimax:tool_call>'] },
    open: ['<invoke name="'],
    close: ['</invoke>'],
    body: { ...PARAMETER_TAGS, nameClose: '">', keyOpen: '<parameter name="', keyClose: ['">'] },
    markers: ['<minimax:tool_call>', '</minimax:tool_call>'],
  },
  { ...list('mistral', '[TOOL_CALLS]', []), idForm: 'nine-letters' },
  {
    ...PLAIN,
    name: 'mistral-named',
    open: ['[TOOL_CALLS]'],
    body: { type: 'named', argumentsOpen: ['[ARGS]'], idOpen: '[CALL_ID]' },
    markers: ['[TOOL_CALLS]', '[CALL_ID]', '[ARGS]'],
    idForm: 'nine-letters',
  },
  {
    ...PLAIN,
    name: 'deepseek-r1',
    section: { open: ['<｜tool▁calls▁begin｜>'], close: ['<｜tool▁calls▁end｜>'] },
    open: ['<｜tool▁call▁begin｜>', 'function', '<｜tool▁sep｜>'],
    close: ['```', '<｜tool▁call▁end｜>'],
    body: { type: 'named', argumentsOpen: ['```json'] },
    markers: [
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁call▁begin｜>',
      '<｜tool▁sep｜>',
      '<｜tool▁call▁end｜>',
      '<｜tool▁calls▁end｜>',
    ],
  },
  {
    ...PLAIN,
    name: 'deepseek',
    section: { open: ['<｜tool▁calls▁begin｜>'], close: ['<｜tool▁calls▁end｜>'] },
    open: ['<｜tool▁call▁begin｜>'],
    close: ['<｜tool▁call▁end｜>'],
    body: { type: 'named', argumentsOpen: ['<｜tool▁sep｜>'] },
    markers: [
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁call▁begin｜>',
      '<｜tool▁sep｜>',
      '<｜tool▁call▁end｜>',
      '<｜tool▁calls▁end｜>',
    ],
  },
  {
    ...PLAIN,
    name: 'kimi',
    section: { open: ['<|tool_calls_section_begin|>'], close: ['<|tool_calls_section_end|>'] },
    open: ['<|tool_call_begin|>'],
    close: ['<|tool_call_end|>'],
    body: { type: 'named', argumentsOpen: ['<|tool_call_argument_begin|>'] },
    markers: [
      '<|tool_calls_section_begin|>',
      '<|tool_call_begin|>',
      '<|tool_call_argument_begin|>',
      '<|tool_call_end|>',
      '<|tool_calls_section_end|>',
    ],
    idForm: 'numbered',
  },
  {
    ...list('command', '<|START_ACTION|>', ['<|END_ACTION|>']),
    body: {
      type: 'envelope',
      nameKey: 'tool_name',
      argumentsKey: 'parameters',
      numberKey: 'tool_call_id',
      otherKeys: [],
    },
    text: { open: '<|START_RESPONSE|>', close: '<|END_RESPONSE|>' },
    markers: ['<|START_ACTION|>', '<|END_ACTION|>', '<|START_RESPONSE|>', '<|END_RESPONSE|>'],
  },
  list('phi', '<|tool_call|>', ['<|/tool_call|>']),
  list('granite', '<|tool_call|>', []),
  list('nemotron', '<TOOLCALL>', ['</TOOLCALL>']),
  list('apriel', '<tool_calls>', ['</tool_calls>']),
  {
    ...PLAIN,
    name: 'minimax-m1',
    section: { open: ['<tool_calls>'], close: ['</tool_calls>'] },
    open: [],
    body: NAME_AND_ARGUMENTS,
  },
  {
    ...PLAIN,
    name: 'functionary',
    open: ['<function='],
    close: ['</function>'],
    body: { type: 'named', argumentsOpen: ['>'] },
  },
  {
    ...PLAIN,
    name: 'gigachat',
    open: ['<|function_call|>'],
    body: NAME_AND_ARGUMENTS,
    markers: ['<|function_call|>'],
  },
  {
    ...list('firefunction', 'functools', []),
    // One marker, because the word alone is a module of Python's.
    section: { open: ['functools['], close: [']'] },
    markers: [],
  },
  LLAMA,
]
