import { afterAll, expect, test } from 'bun:test'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLlamaServerEngineDriver } from '@service/chat/engines/llama-server/llama-server-engine-driver.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { createLog } from '@shared/log/create-log.ts'
import { writePretendLlamaServer } from './pretend-llama-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-driver-'))
const binaryPath = writePretendLlamaServer(directory)
const log = createLog('test', 'silent')
const never = new AbortController().signal
const OPTIONS = { contextTokens: 100, slots: 2, threads: 1 }

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const card = (part: Partial<ModelCard> = {}): ModelCard => ({
  id: parseModelId('small')!,
  name: 'Small',
  aliases: [],
  capabilities: ['chat'],
  format: 'gguf',
  architecture: 'llama',
  quantization: 'Q8_0',
  parameterCount: 1000,
  sizeBytes: 10_000_000,
  path: '/models/good.gguf',
  source: 'skein',
  shape: {
    contextLength: 8192,
    embeddingLength: 1024,
    blockCount: 2,
    headCount: 4,
    keyValueHeadCount: 2,
    keyLength: 32,
    valueLength: 32,
    vocabularySize: 1000,
  },
  modifiedAt: '2026-01-01T00:00:00Z',
  isTestModel: true,
  ...part,
})

test('a loaded model is an engine with the sizes that the server tells', async () => {
  const driver = createLlamaServerEngineDriver({ binaryPath, accelerator: 'cpu', log })
  expect(await driver.version()).toBe('9.8.7 (build 0, commit abcdef0)')
  const engine = await driver.load(card(), OPTIONS, never)
  expect(engine).toMatchObject({ model: 'small', driver: 'llama-server', contextTokens: 100, slots: 2 })
  expect(await engine.residentBytes()).toBeGreaterThan(1_000_000)
  expect(await engine.tokenize('x')).toEqual([1])
  await expect(engine.detokenize([3, 10])).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(engine.detokenize([0.5])).rejects.toMatchObject({ code: 'invalid_request' })
  await engine.close()
  expect(await engine.exited).toBe('SIGTERM')
  expect(await engine.residentBytes()).toBe(0)
})

test('after its process died every call is a failure of the engine that says why', async () => {
  const driver = createLlamaServerEngineDriver({ binaryPath, log })
  const engine = await driver.load(card(), OPTIONS, never)
  process.kill(engine.processId, 'SIGKILL')
  expect(await engine.exited).toBe('SIGKILL')
  await expect(engine.tokenize('x')).rejects.toMatchObject({
    code: 'engine_failed',
    message: expect.stringContaining('SIGKILL'),
  })
  const request = {
    prompt: { type: 'text', text: 'x' },
    sampling: {},
    stop: [],
    visibleMarkers: [],
  } as const
  await expect(Array.fromAsync(engine.complete(request, never))).rejects.toMatchObject({
    code: 'engine_failed',
  })
  await engine.close()
})

test('a model opened for one thing is not asked for the other', async () => {
  const driver = createLlamaServerEngineDriver({ binaryPath, log })
  const embedder = await driver.load(card({ capabilities: ['embed'] }), OPTIONS, never)
  const request = {
    prompt: { type: 'text', text: 'x' },
    sampling: {},
    stop: [],
    visibleMarkers: [],
  } as const
  await expect(Array.fromAsync(embedder.complete(request, never))).rejects.toMatchObject({
    code: 'invalid_request',
  })
  await embedder.close()
  const talker = await driver.load(card(), OPTIONS, never)
  const inputs = [{ type: 'text', text: 'x' }] as const
  const query = { model: talker.model, query: 'x', documents: ['y'] }
  for (const refused of [
    () => talker.embed({ model: talker.model, inputs }, never),
    () => talker.rank(query, never),
  ])
    await expect(refused()).rejects.toMatchObject({ code: 'invalid_request', param: 'model' })
  await talker.close()
  const ranker = await driver.load(card({ capabilities: ['rerank'] }), OPTIONS, never)
  await expect(ranker.countPromptTokens(request, never)).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'The model small cannot do this: it ranks texts.',
  })
  await ranker.close()
})

test('the operator’s own settings of llama-server do not reach it, other variables do', async () => {
  const script = join(directory, 'tells-environment')
  writeFileSync(script, '#!/bin/sh\necho "version: [$LLAMA_ARG_CTX_SIZE] [$CUDA_VISIBLE_DEVICES]"\n')
  chmodSync(script, 0o755)
  const environment = { LLAMA_ARG_CTX_SIZE: '64', CUDA_VISIBLE_DEVICES: '1' }
  const driver = createLlamaServerEngineDriver({ binaryPath: script, log, environment })
  expect(await driver.version()).toBe('[] [1]')
})

test('a binary that came later is found later', async () => {
  const later = mkdtempSync(join(directory, 'later-'))
  const driver = createLlamaServerEngineDriver({ binaryPath: join(later, 'llama-server'), log })
  await expect(driver.version()).rejects.toMatchObject({ code: 'not_supported' })
  writePretendLlamaServer(later)
  expect(await driver.version()).toContain('9.8.7')
})

test('a server for embeddings is estimated with its long batch', () => {
  const driver = createLlamaServerEngineDriver({ binaryPath, log })
  const options = { contextTokens: 4096, slots: 1, threads: 1 }
  const difference =
    driver.estimateBytes(card({ capabilities: ['embed'] }), options) - driver.estimateBytes(card(), options)
  expect(difference).toBe((4096 - 512) * 1024 * 24 * 4)
})

test('weights that are repacked are read and not mapped, so they do not count twice', () => {
  const driver = createLlamaServerEngineDriver({ binaryPath, log })
  const bytes = driver.estimateBytes(card({ quantization: 'Q4_0', sizeBytes: 4e9 }), OPTIONS)
  expect(bytes).toBeGreaterThan(4e9)
  expect(bytes).toBeLessThan(5.5e9)
})
