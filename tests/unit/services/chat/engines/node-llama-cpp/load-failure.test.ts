import { expect, test } from 'bun:test'
import { loadFailureReason } from '../../../../../../services/chat/engines/node-llama-cpp/load-failure.ts'

// As node-llama-cpp 3.22.1 wrote them.
test.each([
  [
    'a missing tensor',
    [
      "[error] llama_model_load: error loading model: missing tensor 'blk.0.ffn_up.weight'",
      '[error] llama_model_load_from_file_impl: failed to load model',
      '[warn] Failed simulating model resource usage. Falling back to estimation heuristic. Error: Failed to load model',
    ],
    "missing tensor 'blk.0.ffn_up.weight'",
  ],
  [
    'a header that ends too soon',
    [
      '[error] read: string length 88 exceeds remaining file size 7 bytes',
      '[error] gguf_init_from_reader: failed to read key-value pairs',
      '[error] llama_model_load: error loading model: llama_model_loader: failed to load model from /models/header.gguf',
    ],
    'string length 88 exceeds remaining file size 7 bytes',
  ],
  [
    'no vocabulary',
    [
      '[error] llama_model_load: error loading model: error loading model vocabulary: cannot find tokenizer vocab in model file',
    ],
    'error loading model vocabulary: cannot find tokenizer vocab in model file',
  ],
  [
    'an assertion',
    ['/home/runner/work/llama.cpp/src/llama-model-loader.cpp:1328: GGML_ASSERT(t_meta.ne[dim] >= 1) failed'],
    'llama-model-loader.cpp:1328: GGML_ASSERT(t_meta.ne[dim] >= 1) failed',
  ],
  [
    'an exception that nobody caught',
    [
      "terminate called after throwing an instance of 'std::out_of_range'",
      '  what():  vector::_M_range_check',
    ],
    'vector::_M_range_check',
  ],
])('names the reason: %s', (_, lines, reason) => {
  expect(loadFailureReason(lines, 'unknown')).toBe(reason)
})

test('says what is known when the log says nothing', () => {
  expect(loadFailureReason([], 'it ended (SIGSEGV)')).toBe('it ended (SIGSEGV)')
  expect(loadFailureReason(['[error] llama_model_load_from_file_impl: failed to load model'], 'x')).toBe('x')
})

test('is never long', () => {
  expect(loadFailureReason([`[error] ${'x'.repeat(5000)}`], '').length).toBeLessThanOrEqual(300)
})
