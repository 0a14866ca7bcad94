import { describe, expect, test } from 'bun:test'
import { knownModels } from '@service/model-store/features/catalogue/known-model.ts'
import type { FoundModel } from '@service/model-store/features/catalogue/found-model.ts'
import type { Inspection } from '@service/model-store/features/catalogue/model-inspector.ts'
import type { ModelRecord } from '@service/model-store/features/catalogue/model-records.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { foundModel, soundInspection } from './found-models.ts'

const record = (
  id: string,
  found: FoundModel = foundModel(`/models/${id}.gguf`),
  inspection: Inspection = soundInspection(),
): ModelRecord => ({
  id: parseModelId(id)!,
  found,
  inspection,
  inspectorVersion: 1,
  firstSeenMs: 5,
  absentSinceMs: null,
})

const NO_DIGEST = (): undefined => undefined

test('a card says what file and header say', () => {
  const inspection = soundInspection({
    name: 'Tiny',
    license: 'MIT',
    description: 'Small.',
    chatTemplate: '{{x}}',
  })
  const [model] = knownModels([record('tiny', foundModel('/models/Tiny.gguf'), inspection)], () => 'abc')
  expect(model!.card).toMatchObject({
    id: 'tiny',
    name: 'Tiny',
    aliases: [],
    capabilities: ['chat'],
    sizeBytes: 10,
    path: '/models/Tiny.gguf',
    digest: 'abc',
    license: 'MIT',
    description: 'Small.',
    chatTemplate: '{{x}}',
    modifiedAt: '1970-01-01T00:00:01.000Z',
  })
})

test('absent models and files that are no models are not in it', () => {
  const records = [
    { ...record('gone'), absentSinceMs: 9 },
    record('part', undefined, { type: 'other', reason: 'a part' }),
    record('here'),
  ]
  expect(knownModels(records, NO_DIGEST).map(({ card }) => card.id as string)).toEqual(['here'])
})

test('real models come before the built-in one, each kind by id', () => {
  const records = [
    record('a-test', undefined, soundInspection({ isTestModel: true })),
    record('z'),
    record('b'),
  ]
  expect(knownModels(records, NO_DIGEST).map(({ card }) => card.id as string)).toEqual(['b', 'z', 'a-test'])
})

describe('aliases', () => {
  test('one that two models could claim is the first one’s, and none is the id of another', () => {
    const models = knownModels(
      [
        record('a', foundModel('/1.gguf', {}, { aliases: ['Shared', 'b'] })),
        record('b', foundModel('/2.gguf', {}, { aliases: ['shared', 'own'] })),
      ],
      NO_DIGEST,
    )
    expect(models.map(({ card }) => card.aliases)).toEqual([['Shared'], ['own']])
  })

  test('a model from a repository is known by its quantisation there', () => {
    const found = foundModel('/1.gguf', {}, { repository: 'Acme/Tiny-GGUF', aliases: [] })
    expect(knownModels([record('x', found)], NO_DIGEST)[0]!.card.aliases).toEqual(['Acme/Tiny-GGUF:q4_k_m'])
  })
})

describe('digests', () => {
  const parts = foundModel('/1.gguf')
  const split: FoundModel = { ...parts, files: [parts.files[0], { ...parts.files[0], path: '/2.gguf' }] }

  test('several files have one when each has one', () => {
    const one = knownModels([record('x', split)], (file) => (file.path === '/1.gguf' ? 'a' : undefined))
    expect(one[0]!.card.digest).toBeUndefined()
    const both = knownModels([record('x', split)], (file) => file.path)
    expect(both[0]!.card.digest).toBe(new Bun.CryptoHasher('sha256').update('/1.gguf\n/2.gguf').digest('hex'))
    expect(both[0]!.card.sizeBytes).toBe(20)
  })

  test('content that is not what the cache promised is a defect', () => {
    const promised = foundModel('/1.gguf', { promisedSha256: 'good' })
    expect(knownModels([record('x', promised)], () => 'good')[0]!.card.defect).toBeUndefined()
    expect(knownModels([record('x', promised)], NO_DIGEST)[0]!.card.defect).toBeUndefined()
    expect(knownModels([record('x', promised)], () => 'bad')[0]!.card.defect).toContain('damaged')
  })
})
