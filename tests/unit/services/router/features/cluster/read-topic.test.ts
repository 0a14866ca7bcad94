import { expect, test } from 'bun:test'
import { readTopic } from '@service/router/features/cluster/read-topic.ts'
import type { NodeTopics, TopicName } from '@service/router/policy/cluster/node-topics.ts'
import { TOPIC_NAMES } from '@service/router/policy/cluster/node-topics.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { GREAT } from '../../../../../support/cluster-simulation/core-story.ts'

const model = 'owner/a-model:latest' as ModelId

const TOPICS: NodeTopics = {
  identity: {
    name: 'kitchen',
    platform: { os: 'darwin', arch: 'arm64', accelerator: 'metal' },
    version: '1.0.0',
    protocolVersion: 1,
    startedAt: 1_800_000_000_000,
    addresses: [{ host: 'fe80::1', linkPort: 8082, dataPort: 8081 }],
    certificate: '-----BEGIN CERTIFICATE-----',
  },
  services: [{ name: 'chat', state: 'up', version: null, capabilities: ['chat'] }],
  models: [
    {
      id: model,
      name: 'A model',
      aliases: ['a'],
      capabilities: ['chat'],
      isTestModel: false,
      defect: null,
      source: 'skein',
      digest: null,
      architecture: 'llama',
      quantization: 'Q4_K_M',
      parameterCount: 7e9,
      sizeBytes: 4e9,
      contextLength: 8192,
    },
  ],
  load: {
    isDraining: false,
    budgetBytes: 8e9,
    heldBytes: 4e9,
    lanes: [{ lane: model, slots: 4, running: 1, waiting: 2, pendingTokens: 500.5 }],
    warm: [model],
  },
  speeds: [{ model, prefillTokensPerSecond: 900.5, decodeTokensPerSecond: null, loadMs: 1200 }],
  backends: [{ name: 'llama.cpp', version: 'b1', digest: null }],
  links: [{ to: GREAT, state: 'up', rttMs: 0.4, bytesPerSecond: null }],
  spending: [
    {
      keyId: 'key_0123456789abcdef',
      day: { name: '2027-01-01', tokens: 3 },
      month: { name: '2027-01', tokens: 4 },
      total: 5,
    },
  ],
}

test.each([...TOPIC_NAMES])('what a node says under "%s" comes through as it was', (topic) => {
  expect<unknown>(readTopic(topic, TOPICS[topic])).toEqual(TOPICS[topic])
})

test.each([...TOPIC_NAMES])('fields that nobody knows under "%s" are left out, at every depth', (topic) => {
  const widen = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(widen)
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.entries(value).map(([key, field]) => [key, widen(field)])
    return Object.fromEntries([...fields, ['colour', 'blue'], ['__proto__', { isAdmin: true }]])
  }
  expect<unknown>(readTopic(topic, widen(TOPICS[topic]))).toEqual(TOPICS[topic])
})

test.each([...TOPIC_NAMES])('a wrong value anywhere under "%s" makes it nothing', (topic) => {
  for (const wrong of wrongOnes(TOPICS[topic])) expect<unknown>(readTopic(topic, wrong)).toBeUndefined()
})

test.each<[TopicName, unknown]>([
  ['load', { ...TOPICS.load, heldBytes: -1 }],
  ['load', { ...TOPICS.load, warm: Array(2000).fill(model) }],
  ['models', [{ ...TOPICS.models[0], id: '../../etc/passwd' }]],
  ['models', [{ ...TOPICS.models[0], name: 'x'.repeat(1000) }]],
  ['identity', { ...TOPICS.identity, addresses: [{ host: 'example.com', linkPort: 1, dataPort: 1 }] }],
  ['identity', { ...TOPICS.identity, addresses: [{ host: '10.0.0.1', linkPort: 70_000, dataPort: 1 }] }],
  ['links', [{ ...TOPICS.links[0], to: 'somebody' }]],
])('under "%s", what is out of bounds is nothing', (topic, value) => {
  expect(readTopic(topic, value)).toBeUndefined()
})

test('broken text is made whole', () => {
  expect(readTopic('backends', [{ name: 'a\ud800', version: '1', digest: null }])).toEqual([
    { name: 'a\ufffd', version: '1', digest: null },
  ])
})

/** The value with each of its parts replaced by something of no use. */
function* wrongOnes(value: unknown): Generator<unknown> {
  yield Symbol.iterator in Object(value) ? { 0: value } : []
  if (Array.isArray(value)) for (const wrong of wrongOnes(value[0])) yield [wrong]
  else if (typeof value === 'object' && value !== null)
    for (const [key, field] of Object.entries(value))
      for (const wrong of wrongOnes(field)) yield { ...value, [key]: wrong }
}
