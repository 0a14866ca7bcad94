import { expect, test } from 'bun:test'
import { knownCaches } from '@service/model-store/scanners/known-caches.ts'

const rootsOf = (environment: Parameters<typeof knownCaches>[0]): string[] =>
  knownCaches(environment).map(({ root }) => root)

test('without variables they lie where each program puts them', () => {
  expect(rootsOf({ home: '/home/me' })).toEqual([
    '/home/me/.lmstudio/models',
    '/home/me/.cache/lm-studio/models',
    '/home/me/.cache/huggingface/hub',
    '/home/me/.ollama/models',
  ])
})

test('the variables of the other programs are honoured', () => {
  expect(rootsOf({ home: '/h', HF_HOME: '/hf', OLLAMA_MODELS: '/ollama' })).toContain('/hf/hub')
  expect(rootsOf({ home: '/h', HF_HOME: '/hf', OLLAMA_MODELS: '/ollama' })).toContain('/ollama')
  expect(rootsOf({ home: '/h', HF_HOME: '/hf', HF_HUB_CACHE: '/cache' })).toContain('/cache')
})

test('an empty variable is none', () => {
  expect(rootsOf({ home: '/h', HF_HOME: '', OLLAMA_MODELS: '' })).toEqual(rootsOf({ home: '/h' }))
})
