import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ResponseItem } from '@shared/dialects/openai/responses/responses-items.ts'
import { newResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ResponseResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import { createTestResponseStore } from '../../../../support/test-response-store.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

const resource = (id: string, changes: Partial<ResponseResource> = {}): ResponseResource => ({
  ...newResource(
    {
      background: false,
      frequency_penalty: 0,
      instructions: null,
      max_output_tokens: null,
      max_tool_calls: null,
      metadata: {},
      model: 'tiny',
      parallel_tool_calls: true,
      presence_penalty: 0,
      previous_response_id: null,
      prompt_cache_key: null,
      reasoning: { effort: null, summary: null },
      safety_identifier: null,
      service_tier: 'default',
      store: true,
      temperature: 1,
      text: { format: { type: 'text' } },
      tool_choice: 'none',
      tools: [],
      top_logprobs: 0,
      top_p: 1,
      truncation: 'disabled',
      user: null,
    },
    { id, createdAt: 1 },
  ),
  ...changes,
})

const message = (id: string, text = id): ResponseItem => ({
  type: 'message',
  id,
  status: 'completed',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

const ids = (items: readonly { readonly item: ResponseItem }[]): string[] => items.map(({ item }) => item.id)

test('a response is found as it was last saved, with its items in their order', () => {
  const store = createTestResponseStore()
  store.create({ resource: resource('resp_1'), isStreamed: true }, [
    { item: message('b') },
    { item: message('a') },
  ])
  expect(store.unfinished().map(({ resource: { id } }) => id)).toEqual(['resp_1'])
  const done = resource('resp_1', { status: 'completed', output: [message('c')] })
  store.save(done)
  expect(store.find('resp_1')).toEqual({ resource: done, isStreamed: true })
  expect(store.unfinished()).toEqual([])
  expect([ids(store.input('resp_1')), ids(store.output('resp_1'))]).toEqual([['b', 'a'], ['c']])
  expect(store.find('resp_2')).toBeUndefined()
})

test('a conversation shares its items, and keeps those that it needs when an older response goes', () => {
  const store = createTestResponseStore()
  store.create({ resource: resource('resp_1'), isStreamed: false }, [{ item: message('a') }])
  store.save(resource('resp_1', { status: 'completed', output: [message('b')] }))
  const history = [...store.input('resp_1'), ...store.output('resp_1')]
  store.create({ resource: resource('resp_2'), isStreamed: false }, [...history, { item: message('c') }])
  expect(store.input('resp_2')[0]?.key).toBe(history[0]!.key)
  expect(store.remove('resp_1')).toBe(true)
  expect(store.remove('resp_1')).toBe(false)
  expect(ids(store.input('resp_2'))).toEqual(['a', 'b', 'c'])
  // It was read before it went, and is kept once more.
  store.remove('resp_2')
  expect(store.findItem('a')).toBeUndefined()
  store.create({ resource: resource('resp_3'), isStreamed: false }, history)
  expect(ids(store.input('resp_3'))).toEqual(['a', 'b'])
})

test('of two items with one id the newer is found', () => {
  const store = createTestResponseStore()
  for (const text of ['old', 'new'])
    store.create({ resource: resource(`resp_${text}`), isStreamed: false }, [{ item: message('same', text) }])
  expect(store.findItem('same')?.item).toEqual(message('same', 'new'))
})

test('the oldest that are done make room; what is being written stays', () => {
  const store = createTestResponseStore()
  for (const number of [1, 2, 3, 4]) {
    store.create({ resource: resource(`resp_${number}`), isStreamed: false }, [
      { item: message(`item_${number}`) },
    ])
    if (number !== 1) store.save(resource(`resp_${number}`, { status: 'completed' }))
  }
  store.keepNewest(2)
  expect([1, 2, 3, 4].map((number) => store.find(`resp_${number}`) !== undefined)).toEqual([
    true,
    false,
    false,
    true,
  ])
  expect(store.findItem('item_2')).toBeUndefined()
})

test('events are read from any number on, and the oldest can be dropped', () => {
  const store = createTestResponseStore()
  store.create({ resource: resource('resp_1'), isStreamed: true }, [])
  const events = [0, 1, 2, 3].map((sequence) => ({ sequence, type: 't', json: `{"n":${sequence}}` }))
  store.appendEvents('resp_1', events.slice(0, 2), 0)
  store.appendEvents('resp_1', events.slice(2), 1)
  expect(store.events('resp_1', -1, 9)).toEqual({ oldest: 1, events: events.slice(1) })
  expect(store.events('resp_1', 2, 9).events).toEqual(events.slice(3))
  expect(store.events('resp_1', -1, 1).events).toEqual(events.slice(1, 2))
  store.appendEvents('resp_gone', events, 0)
  expect(store.events('resp_gone', -1, 9)).toEqual({ oldest: undefined, events: [] })
  store.remove('resp_1')
  expect(store.events('resp_1', -1, 9).events).toEqual([])
})

test('all of it outlives the process, in a file that only its owner can read', () => {
  const directory = mkdtempSync(join(tmpdir(), 'skein-responses-'))
  directories.push(directory)
  const path = join(directory, 'state', 'chat.sqlite')
  const before = createTestResponseStore(path)
  before.create({ resource: resource('resp_1'), isStreamed: true }, [{ item: message('a') }])
  before.appendEvents('resp_1', [{ sequence: 0, type: 't', json: '{}' }], 0)
  before.close()
  const after = createTestResponseStore(path)
  expect(after.unfinished()[0]?.resource.id).toBe('resp_1')
  expect(ids(after.input('resp_1'))).toEqual(['a'])
  expect(after.events('resp_1', -1, 9).events).toHaveLength(1)
  after.close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})
