import { expect, test } from 'bun:test'
import {
  flagsOfHelp,
  llamaServerArguments,
} from '@service/chat/engines/llama-server/llama-server-arguments.ts'
import type { LlamaServerPlan } from '@service/chat/engines/llama-server/llama-server-arguments.ts'

const PLAN: LlamaServerPlan = {
  modelPath: '/models/a b.gguf',
  socketPath: '/tmp/x/engine.sock',
  options: { contextTokens: 1000, slots: 3, threads: 2 },
  purpose: 'generate',
  accelerator: 'cpu',
  hasTimedBatches: false,
  isRepacked: false,
}

const valueOf = (plan: LlamaServerPlan, flag: string): string | undefined => {
  const given = llamaServerArguments(plan, () => true)
  const position = given.indexOf(flag)
  return position === -1 ? undefined : given[position + 1]
}

test('each slot has the whole context that was asked for', () => {
  expect(valueOf(PLAN, '--ctx-size')).toBe('3000')
  expect(valueOf(PLAN, '--parallel')).toBe('3')
  expect(valueOf(PLAN, '--kv-unified-per-slot')).toBe('1000')
  expect(llamaServerArguments(PLAN, () => true)).toContain('--no-kv-unified')
})

test('the model, the socket and the threads are those of the plan', () => {
  expect(valueOf(PLAN, '--model')).toBe('/models/a b.gguf')
  expect(valueOf(PLAN, '--host')).toBe('/tmp/x/engine.sock')
  expect(valueOf(PLAN, '--threads')).toBe('2')
})

test('a processor gets small batches, so that an abort is soon seen, unless the binary takes care of that', () => {
  expect(valueOf(PLAN, '--ubatch-size')).toBe('128')
  expect(valueOf({ ...PLAN, hasTimedBatches: true }, '--ubatch-size')).toBe('512')
  expect(valueOf({ ...PLAN, accelerator: 'auto' }, '--ubatch-size')).toBe('512')
})

test('without an accelerator no graphics device is touched', () => {
  expect(valueOf(PLAN, '--device')).toBe('none')
  expect(valueOf({ ...PLAN, accelerator: 'auto' }, '--device')).toBeUndefined()
})

test('weights that are copied anyway are not held a second time by a mapped file', () => {
  expect(valueOf(PLAN, '--load-mode')).toBeUndefined()
  expect(valueOf({ ...PLAN, isRepacked: true }, '--load-mode')).toBe('none')
})

test('embeddings share one context, because a text must not be cut', () => {
  const given = llamaServerArguments({ ...PLAN, purpose: 'embed' }, () => true)
  expect(given).toContain('--kv-unified')
  expect(given).not.toContain('--no-kv-unified')
})

test('a text to embed fits into one batch', () => {
  const plan = { ...PLAN, purpose: 'embed' } as const
  expect(valueOf(plan, '--batch-size')).toBe('1000')
  expect(valueOf(plan, '--ubatch-size')).toBe('1000')
  expect(llamaServerArguments(plan, () => true)).toContain('--embeddings')
  expect(llamaServerArguments(PLAN, () => true)).not.toContain('--embeddings')
})

test('a ranking server ranks, in one context and one batch as for embeddings', () => {
  const plan = { ...PLAN, purpose: 'rank' } as const
  const given = llamaServerArguments(plan, () => true)
  expect(given).toEqual(expect.arrayContaining(['--reranking', '--kv-unified']))
  expect(given).not.toContain('--embeddings')
  expect(valueOf(plan, '--ubatch-size')).toBe('1000')
  expect(llamaServerArguments(plan, () => false)).toContain('--reranking')
  expect(llamaServerArguments(PLAN, () => true)).not.toContain('--reranking')
})

test('a chat goes through the template as it is', () => {
  expect(llamaServerArguments(PLAN, () => true)).toEqual(
    expect.arrayContaining(['--jinja', '--skip-chat-parsing', '--no-prefill-assistant']),
  )
})

test('memory that no estimate knows of stays unused, and the network too', () => {
  expect(valueOf(PLAN, '--cache-ram')).toBe('0')
  expect(llamaServerArguments(PLAN, () => true)).toEqual(
    expect.arrayContaining(['--offline', '--no-webui', '--no-slots']),
  )
})

test('flags that a build does not know are left out, those that it must know are not', () => {
  const given = llamaServerArguments(PLAN, () => false)
  expect(given).not.toContain('--kv-unified-per-slot')
  expect(given).not.toContain('--no-webui')
  expect(given).toContain('--ctx-size')
})

test('the flags of a help text are all of its spellings', () => {
  const help = [
    '-np,   --parallel N                     number of server slots (default: -1, -1 = auto)',
    '-kvu,  --kv-unified, -no-kvu, --no-kv-unified',
    '                                        (env: LLAMA_ARG_KV_UNIFIED) well-known',
    '--ui,  --webui, --no-ui, --no-webui     whether to enable the Web UI',
  ].join('\n')
  const flags = flagsOfHelp(help)
  for (const flag of [
    '--parallel',
    '-np',
    '--kv-unified',
    '-no-kvu',
    '--no-kv-unified',
    '--no-webui',
    '--ui',
  ]) {
    expect(flags).toContain(flag)
  }
  expect(flags).not.toContain('-known')
  expect(flags).not.toContain('--cache-ram')
})
