import { afterEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeClient } from '../../../../../scripts/skein/client/node-client.ts'
import { ensureFirstModel, findFirstModel } from '../../../../../scripts/skein/node/first-model.ts'
import { openScriptedDoor } from '../scripted-door.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-first-'))
const models = join(directory, 'models')
const written = join(models, 'skein-test-model.gguf')

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const chats = (id: string) => ({ id, capabilities: { completion_chat: true } })
const embeds = (id: string) => ({ id, capabilities: { completion_chat: false } })
const { signal } = new AbortController()

/** A node whose list of models is what `list` says at each moment. */
const openNode = (list: (scans: number) => readonly object[]) => {
  let scans = 0
  return openScriptedDoor({
    'GET /v1/models': () => ({ data: list(scans) }),
    'POST /models/scan': () => ({ found: [], added: (scans += 1), skipped: 0 }),
  })
}

test('a real model is shown before the test model', async () => {
  using node = openNode(() => [chats('skein-test-model'), embeds('bert'), chats('qwen')])
  expect(await findFirstModel(createNodeClient(node.url), signal)).toEqual({ id: 'qwen', isTestModel: false })
})

test('where a model is, nothing is looked for and nothing is written', async () => {
  using node = openNode(() => [chats('qwen')])
  expect(await ensureFirstModel(createNodeClient(node.url), models, signal)).toMatchObject({ id: 'qwen' })
  expect(node.requests).toEqual(['GET /v1/models'])
  expect(existsSync(written)).toBe(false)
})

test('where a fresh look finds one, nothing is written', async () => {
  using node = openNode((scans) => (scans === 0 ? [] : [chats('qwen')]))
  expect(await ensureFirstModel(createNodeClient(node.url), models, signal)).toMatchObject({ id: 'qwen' })
  expect(existsSync(written)).toBe(false)
})

test('where there is none that chats, the test model is written and found', async () => {
  using node = openNode(() => [embeds('bert'), ...(existsSync(written) ? [chats('skein-test-model')] : [])])
  expect(await ensureFirstModel(createNodeClient(node.url), models, signal)).toEqual({
    id: 'skein-test-model',
    isTestModel: true,
  })
})
