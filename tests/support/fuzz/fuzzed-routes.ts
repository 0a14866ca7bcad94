/** Every route of the chat service that takes a JSON body, with a sound body that has every kind of field. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Rome'] }, days: { type: 'integer', minimum: 1 } },
  required: ['city'],
}

const sampling = {
  temperature: 0.5,
  top_p: 0.9,
  top_k: 40,
  min_p: 0.1,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.1,
  stop: ['END'],
  n: 1,
  logit_bias: { '5': -1 },
  stream: false,
  stream_options: { include_usage: true },
}

const openaiTool = {
  type: 'function',
  function: { name: 'weather', description: 'd', parameters, strict: true },
}

const openaiChat = {
  ...sampling,
  model: 'tiny',
  max_completion_tokens: 20,
  logprobs: true,
  top_logprobs: 2,
  reasoning_effort: 'low',
  metadata: { mcp_servers: 'a,b', enable_thinking: 'true' },
  response_format: { type: 'json_schema', json_schema: { name: 'a', schema: parameters, strict: true } },
  tools: [openaiTool],
  tool_choice: { type: 'function', function: { name: 'weather' } },
  messages: [
    { role: 'developer', content: 'be brief' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'sun' },
  ],
}

const responses = {
  model: 'tiny',
  instructions: 'be brief',
  input: [
    { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c1', output: 'sun' },
    { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
  ],
  tools: [{ type: 'function', name: 'weather', parameters, strict: true }],
  tool_choice: 'auto',
  text: { format: { type: 'json_schema', name: 'a', schema: parameters } },
  reasoning: { effort: 'low' },
  max_output_tokens: 20,
  temperature: 0.5,
  store: false,
  stream: false,
  metadata: { a: 'b' },
}

const anthropic = {
  model: 'tiny',
  max_tokens: 20,
  system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Rome' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'sun' }], is_error: false },
      ],
    },
  ],
  tools: [{ name: 'weather', description: 'd', input_schema: parameters }],
  tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  stop_sequences: ['END'],
  temperature: 0.5,
  metadata: { user_id: 'u' },
}

const ollamaChat = {
  model: 'tiny',
  stream: false,
  keep_alive: '5m',
  think: true,
  format: parameters,
  options: {
    temperature: 0.5,
    num_predict: 20,
    num_ctx: 2048,
    stop: ['END'],
    top_k: 40,
    seed: 7,
    mirostat: 0,
  },
  tools: [openaiTool],
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'hi', images: [png] },
    {
      role: 'assistant',
      content: '',
      thinking: 'hm',
      tool_calls: [{ function: { name: 'weather', arguments: { city: 'Rome' } } }],
    },
    { role: 'tool', tool_name: 'weather', content: 'sun' },
  ],
}

const completion = {
  ...sampling,
  model: 'tiny',
  prompt: ['once', 'twice'],
  max_tokens: 20,
  logprobs: 2,
  echo: true,
  suffix: '',
}

export const FUZZED_ROUTES: readonly (readonly [path: string, body: unknown])[] = [
  ['/v1/chat/completions', openaiChat],
  ['/v1/mcp/chat/completions', openaiChat],
  ['/v1/completions', completion],
  ['/v1/edits', { model: 'tiny', instruction: 'fix', input: 'teh', temperature: 0.1 }],
  ['/v1/embeddings', { model: 'tiny', input: ['a', 'b'], encoding_format: 'float', dimensions: 2 }],
  ['/v1/responses', responses],
  ['/v1/messages', anthropic],
  ['/v1/messages/count_tokens', anthropic],
  ['/api/chat', ollamaChat],
  [
    '/api/generate',
    {
      ...ollamaChat,
      prompt: 'once',
      system: 'be brief',
      suffix: '',
      raw: false,
      context: [1, 2],
      images: [png],
    },
  ],
  [
    '/api/embed',
    { model: 'tiny', input: ['a', 'b'], truncate: true, options: { num_ctx: 512 }, keep_alive: 60 },
  ],
  ['/api/embeddings', { model: 'tiny', prompt: 'a' }],
  ['/v1/rerank', { model: 'tiny', query: 'q', documents: ['a', { text: 'b' }], top_n: 1 }],
  ['/v1/tokenize', { model: 'tiny', content: 'a b' }],
  ['/v1/detokenize', { model: 'tiny', tokens: [1, 2] }],
]
