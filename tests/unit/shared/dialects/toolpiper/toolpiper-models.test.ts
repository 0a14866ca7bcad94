import { describe, expect, test } from 'bun:test'
import {
  decodeToolpiperScan,
  encodeToolpiperModel,
  encodeToolpiperModelDetail,
  encodeToolpiperStates,
} from '@shared/dialects/toolpiper/toolpiper-models.ts'
import type { ToolpiperModelView } from '@shared/dialects/toolpiper/toolpiper-models.ts'
import { scriptedCard } from '../../../../support/scripted-node.ts'

const VIEW: ToolpiperModelView = {
  card: scriptedCard('tiny', { capabilities: ['chat'], source: 'huggingface' }),
  repository: 'acme/tiny',
  revision: 'abc',
  installedAt: '2026-01-02T00:00:00.000Z',
  runtime: {
    state: 'busy',
    engine: 'node-llama-cpp',
    memoryBytes: 7,
    activeRequests: 2,
    contextTokens: 4096,
    processId: 77,
    lastUsedAt: '2026-01-03T00:00:00.000Z',
    expiresAt: null,
  },
}

test('a model has the fields of ToolPiper', () => {
  expect(encodeToolpiperModel(VIEW)).toEqual({
    id: VIEW.card.id,
    name: 'tiny',
    family: 'llama',
    engine: 'llama.cpp',
    capabilities: ['chat'],
    format: 'gguf',
    quantization: 'F16',
    sizeBytes: 1000,
    path: '/models/tiny.gguf',
    source: { type: 'huggingface', repo: 'acme/tiny', revision: 'abc' },
    contextLength: 8192,
    presetId: null,
    state: 'busy',
    installedAt: '2026-01-02T00:00:00.000Z',
    error: null,
  })
})

test('details add files and metadata', () => {
  const files = [{ name: 'tiny.gguf', sizeBytes: 5, sha256: null, digest: { status: 'waiting' } }]
  expect(encodeToolpiperModelDetail(VIEW, files, { a: 1 })).toMatchObject({
    id: 'tiny',
    files,
    metadata: { a: 1 },
    license: null,
  })
})

test('states tell how models are doing in memory', () => {
  const broken = { ...VIEW, card: { ...VIEW.card, defect: 'Broken.' } }
  expect(encodeToolpiperStates([VIEW, broken])).toEqual({
    models: [null, 'Broken.'].map((error) => ({ id: VIEW.card.id, ...VIEW.runtime, error })),
  })
})

describe('the body of a scan', () => {
  test.each([
    ['', []],
    ['  ', []],
    ['{}', []],
    ['{"paths":[]}', []],
    ['{"paths":["/a","/b"],"more":1}', ['/a', '/b']],
  ])('%j', (text, paths) => {
    expect(decodeToolpiperScan(text)).toEqual(paths)
  })

  test.each([
    'nonsense',
    'null',
    '[]',
    '{"paths":"/a"}',
    '{"paths":[1]}',
    JSON.stringify({ paths: ['x'.repeat(5000)] }),
    JSON.stringify({ paths: Array.from({ length: 101 }, () => '/a') }),
  ])('is refused when it is not one', (text) => {
    expect(() => decodeToolpiperScan(text)).toThrow()
  })
})
