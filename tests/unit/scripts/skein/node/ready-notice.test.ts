import { expect, test } from 'bun:test'
import { readyNotice } from '../../../../../scripts/skein/node/ready-notice.ts'
import type { ReadyNode } from '../../../../../scripts/skein/node/ready-notice.ts'

const notice = (model: ReadyNode['model']): string =>
  Bun.stripANSI(readyNotice({ url: 'http://127.0.0.1:8080', modelsDirectory: '/data/models', model }))

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
