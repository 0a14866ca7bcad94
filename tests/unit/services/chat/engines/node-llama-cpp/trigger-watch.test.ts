import { expect, test } from 'bun:test'
import { createTriggerWatch } from '../../../../../../services/chat/engines/node-llama-cpp/trigger-watch.ts'
import type { GrammarTrigger } from '@service/chat/engines/completion-engine.ts'

/** Where the grammar begins, and after which piece that was known. */
const watch = (triggers: readonly GrammarTrigger[], pieces: readonly string[]) => {
  const watching = createTriggerWatch(triggers)
  for (const [place, piece] of pieces.entries()) {
    const start = watching.push(piece)
    if (start !== undefined) return { start, place }
  }
  return undefined
}

const text = (trigger: string): GrammarTrigger => ({ type: 'text', text: trigger })
const pattern = (trigger: string): GrammarTrigger => ({ type: 'pattern', pattern: trigger })

test('a text is found wherever it comes and however it is cut', () => {
  expect(watch([text('<call>')], ['I say ', 'a <', 'ca', 'll', '> and'])).toEqual({ start: 8, place: 4 })
  expect(watch([text('<call>')], ['<call>'])).toEqual({ start: 0, place: 0 })
  expect(watch([text('<call>')], ['<<cal', 'l', 'l>'])).toBeUndefined()
})

const outside = { open: '<think>', close: '</think>', isOpen: false }

test.each([
  ['in the reasoning that the answer begins with', [' <thi', 'nk>a <call> b', '</think> c <ca', 'll>'], 29],
  ['in an answer without reasoning', ['a <think> <ca', 'll>'], 10],
  ['at once', ['<call>'], 0],
])('a text that counts only outside of the reasoning: %s', (_, pieces, start) => {
  expect(watch([{ type: 'text', text: '<call>', outside }], pieces)?.start).toBe(start)
})

test('a text behind reasoning that the prompt has opened, however long that was', () => {
  const trigger = { type: 'text', text: '<call>', outside: { ...outside, isOpen: true } } as const
  const thoughts = Array.from({ length: 1000 }, () => 'I could <call> it. ')
  expect(watch([trigger], thoughts)).toBeUndefined()
  expect(watch([trigger], [...thoughts, '</thi', 'nk>ok <call>'])).toEqual({ start: 19_011, place: 1001 })
})

test('of several triggers the first counts', () => {
  expect(watch([text('[B]'), text('[A]')], ['x[A', '][B]'])).toEqual({ start: 1, place: 1 })
  expect(watch([text('[B]'), pattern('(x+)\\[')], ['x[A', '][B]'])).toEqual({ start: 0, place: 0 })
})

test('the grammar begins where the first group of a pattern does', () => {
  expect(watch([pattern('say\\s+(\\{)')], ['I say', '  ', '{'])).toEqual({ start: 7, place: 2 })
  expect(watch([pattern('\\{')], ['I say', '  ', '{'])).toEqual({ start: 7, place: 2 })
  expect(watch([pattern('say(?: (no)| (yes))')], ['I say yes'])).toEqual({ start: 6, place: 0 })
})

test('a pattern may be bound to the beginning of the answer', () => {
  const anchored = [pattern('^\\s*(\\{)')]
  expect(watch(anchored, ['\n', ' {'])).toEqual({ start: 2, place: 1 })
  expect(watch(anchored, ['a', '\n', '{'])).toBeUndefined()
  expect(watch(anchored, ['a'.repeat(10_000), '\n{'])).toBeUndefined()
})

test('a long answer costs as much for each token as a short one', () => {
  const watching = createTriggerWatch([text('<call>'), pattern('never(x)')])
  const startedAt = performance.now()
  for (let index = 0; index < 20_000; index++) expect(watching.push(' some text')).toBeUndefined()
  expect(performance.now() - startedAt).toBeLessThan(3000)
  expect(watching.push(' <call>')).toBe(200_001)
})
