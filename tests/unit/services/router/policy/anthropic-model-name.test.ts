import { expect, test } from 'bun:test'
import { anthropicTarget } from '@service/router/policy/anthropic-model-name.ts'
import type { AnthropicNameRules } from '@service/router/policy/anthropic-model-name.ts'

const RULES: AnthropicNameRules = {
  enabled: true,
  backend: { id: null },
  modelMap: {},
  fallbackModel: null,
}

const targetOf = (name: string, rules: Partial<AnthropicNameRules> = {}) => {
  const target = anthropicTarget(name, { ...RULES, ...rules })
  return target.type === 'model' ? target.model : target.type
}

test('without settings the default model answers for Claude, and nobody for others', () => {
  expect(targetOf('claude-sonnet-5')).toBe('default')
  expect(targetOf('Claude')).toBe('default')
  expect(targetOf('gpt-99')).toBe('nobody')
})

test('the map comes before the backend, the backend before the fallback', () => {
  const rules = { backend: { id: 'big' }, fallbackModel: 'any', modelMap: { 'claude-haiku-5': 'small' } }
  expect(targetOf('claude-haiku-5', rules)).toBe('small')
  expect(targetOf('claude-opus-5', rules)).toBe('big')
  expect(targetOf('gpt-99', rules)).toBe('any')
  expect(targetOf('claude-opus-5', { ...rules, backend: { id: null } })).toBe('any')
})

const maps: [string, string, Record<string, string>][] = [
  ['the name itself before a pattern', 'claude-a', { 'claude-*': 'x', 'claude-a': 'yes' }],
  ['the beginning of the name', 'claude-haiku-4-5-20251001', { 'claude-haiku-4-5': 'yes' }],
  ['a part of the name', 'claude-3-5-haiku-latest', { 'claude-*haiku*': 'yes' }],
  ['its end', 'claude-3-5-haiku', { '*haiku': 'yes' }],
  ['the longest key that fits', 'claude-haiku-5', { '*': 'x', 'claude-*': 'x', 'claude-*haiku*': 'yes', claude: 'x' }],
  ['the first of equals', 'claude-x', { 'claude*': 'yes', claude: 'x' }],
  ['any case', 'Claude-Haiku-5', { 'CLAUDE-*HAIKU*': 'yes' }],
  ['a name that is not Claude’s', 'gpt-4o-mini', { 'gpt-*': 'yes' }],
  ['several stars', 'claude-a-b-c', { '*-a*c*': 'yes' }],
] // prettier-ignore
test.each(maps)('the map knows %s', (_, name, modelMap) => {
  expect(targetOf(name, { modelMap })).toBe('yes')
})

test.each([
  ['claude-haiku', '*haikus'],
  ['claude-aba', 'claude-ab*ba'],
  ['claude-3', 'claude-30'],
  ['claude-constructor', '__proto__'],
])('%s does not fit into %s', (name, key) => {
  expect(targetOf(name, { modelMap: JSON.parse(`{${JSON.stringify(key)}: "x"}`) })).toBe('default')
})

test('a pattern of nothing but stars and a long name are matched at once', () => {
  const modelMap = { [`${'*a'.repeat(90)}b`]: 'x' }
  const startedAt = performance.now()
  expect(targetOf(`claude-${'a'.repeat(100_000)}`, { modelMap })).toBe('default')
  expect(performance.now() - startedAt).toBeLessThan(500)
})

test('switched off it tells Claude’s clients so, and knows no other name either', () => {
  const rules = { enabled: false, backend: { id: 'big' }, modelMap: { '*': 'any' }, fallbackModel: 'any' }
  expect(targetOf('claude-opus-5', rules)).toBe('switched-off')
  expect(targetOf('gpt-99', rules)).toBe('nobody')
})
