import { expect, test } from 'bun:test'
import { readyNotice } from '../../../../../scripts/skein/node/ready-notice.ts'
import type { ReadyNode } from '../../../../../scripts/skein/node/ready-notice.ts'

const notice = (model: ReadyNode['model'], changes: Partial<ReadyNode> = {}): string =>
  Bun.stripANSI(
    readyNotice({
      url: 'http://127.0.0.1:8080',
      lanUrls: [],
      firstKey: undefined,
      requiresKey: false,
      modelsDirectory: '/data/models',
      model,
      ...changes,
    }),
  )

test('says where the node is and how to ask it', () => {
  const text = notice({ id: 'qwen', isTestModel: false })
  expect(text).toContain('Skein is ready: http://127.0.0.1:8080')
  const [, body] = /-d '(.*)'$/m.exec(text) ?? []
  expect(JSON.parse(body ?? '')).toMatchObject({ model: 'qwen' })
  expect(text).toContain('qwen answers.')
  expect(text).not.toContain('test model')
})

test('is plain about a test model, and says where real ones go', () => {
  const text = notice({ id: 'skein-test-model', isTestModel: true })
  expect(text).toContain('a test model with one fixed answer')
  expect(text).toContain('put GGUF files into /data/models')
})

test('does not ask to ask where nobody answers', () => {
  const text = notice(undefined)
  expect(text).toContain('There is no model yet.')
  expect(text).not.toContain('curl')
})

test('says where other machines find it, and shows the first key this once', () => {
  const lanUrls = ['http://192.168.1.2:8080', 'http://10.0.0.2:8080']
  const first = notice(undefined, { lanUrls, firstKey: 'sk-skein-first' })
  expect(first).toContain('http://192.168.1.2:8080, http://10.0.0.2:8080')
  expect(first).toContain('\nsk-skein-first\n')
  expect(notice(undefined, { lanUrls })).toContain('key list')
  expect(notice(undefined)).not.toContain('other machines')
})

test('asks with a key where one is needed, and never writes one into a command', () => {
  expect(
    notice({ id: 'qwen', isTestModel: false }, { requiresKey: true, firstKey: 'sk-skein-first' }),
  ).toContain('-H "authorization: Bearer $SKEIN_API_KEY" -d')
})

test('the first key is shown also where no network is there yet', () => {
  const text = notice(undefined, { lanUrls: [], firstKey: 'sk-skein-first' })
  expect(text).toContain(
    'once this one has an address in your network, with this key, which is shown only now:',
  )
  expect(text).toContain('sk-skein-first')
})
