import { describe, expect, test } from 'bun:test'
import { findModel, parseModelId, resolveModel } from '@shared/dialects/model-name.ts'
import type { Fault } from '@shared/fault/fault.ts'
import { scriptedCard } from '../../../support/scripted-node.ts'

const models = [
  scriptedCard('llama-3.2-1b', { aliases: ['Meta/Llama-3.2-1B-Instruct', 'llama3.2:1b'] }),
  scriptedCard('qwen/qwen3-0.6b'),
  scriptedCard('bert', { capabilities: ['embed'] }),
  scriptedCard('broken', { defect: 'cut off' }),
]
const chat = { capability: 'chat' as const, loaded: [] }

describe('a model id', () => {
  test.each(['a', 'llama-3.2-1b', 'qwen/qwen3-0.6b', 'llama3.2:1b'])('may be %s', (text) => {
    expect(parseModelId(text)).toBe(parseModelId(text)!)
    expect(parseModelId(text)).toBeDefined()
  })
  test.each([
    '',
    'Llama',
    '../x',
    'a/../b',
    '/a',
    'a/',
    'a/b/c',
    '.hidden',
    'a b',
    'a\0',
    'a%2e',
    'é',
    'x'.repeat(129),
  ])('may not be %p', (text) => expect(parseModelId(text)).toBeUndefined())
})

describe('a model name', () => {
  test.each([
    ['llama-3.2-1b', 'llama-3.2-1b'],
    ['LLAMA-3.2-1B', 'llama-3.2-1b'],
    ['mlx-community/llama-3.2-1b', 'llama-3.2-1b'],
    ['meta/llama-3.2-1b-instruct', 'llama-3.2-1b'],
    ['Llama-3.2-1B-Instruct', 'llama-3.2-1b'],
    ['llama3.2:1b', 'llama-3.2-1b'],
    ['llama-3.2-1b:latest', 'llama-3.2-1b'],
    ['Qwen3-0.6B', 'qwen/qwen3-0.6b'],
    [' bert ', 'bert'],
  ])('%p means %s', (asked, id) => {
    expect(findModel(asked, models)?.id as string).toBe(id)
  })

  test('that is not there is refused by name', () => {
    const fault = (): unknown => resolveModel('nope', models, chat)
    expect(fault).toThrow("The model 'nope' does not exist")
  })

  test('left out means the loaded model that is able, else the first that is', () => {
    expect(resolveModel('', models, chat) as string).toBe('llama-3.2-1b')
    const loaded = models.slice(1).map(({ id }) => id)
    expect(resolveModel(undefined, models, { capability: 'chat', loaded }) as string).toBe('qwen/qwen3-0.6b')
    expect(resolveModel(undefined, models.slice(2), { capability: 'embed', loaded: [] }) as string).toBe(
      'bert',
    )
  })

  test('left out means a ranking model to rerank, and one that embeds only where none ranks', () => {
    const rerank = { capability: 'rerank' as const, loaded: [models[2]!.id] }
    const broken = scriptedCard('broken-ranker', { capabilities: ['rerank'], defect: 'cut off' })
    const ranker = scriptedCard('ranker', { capabilities: ['rerank'] })
    expect(resolveModel('', [...models, ranker], rerank) as string).toBe('ranker')
    expect(resolveModel('', models.slice(2).concat(broken), { ...rerank, loaded: [] }) as string).toBe('bert')
    expect(() => resolveModel('', [broken], rerank)).toThrow('can rank or make embeddings')
  })

  test('left out never means the test model while there is another', () => {
    const both = [scriptedCard('skein-test-model', { isTestModel: true }), scriptedCard('real')]
    const loaded = both.slice(0, 1).map(({ id }) => id)
    expect(resolveModel('', both, { capability: 'chat', loaded }) as string).toBe('real')
    expect(resolveModel('', both.slice(0, 1), chat) as string).toBe('skein-test-model')
  })

  test('left out with nothing able there is a 503 with the reason', () => {
    try {
      resolveModel(undefined, models.slice(2), chat)
      expect.unreachable()
    } catch (error) {
      expect((error as Fault).code).toBe('no_model')
    }
  })
})
