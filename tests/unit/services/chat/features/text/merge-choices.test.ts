import { expect, test } from 'bun:test'
import { mergeChoices } from '@service/chat/features/text/merge-choices.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

async function* words(texts: readonly string[], end: () => void): AsyncGenerator<GenerationEvent> {
  try {
    for (const text of texts) yield { type: 'text-delta', text, tokens: 1 }
  } finally {
    end()
  }
}

test('brings every event of every answer, in the order of each', async () => {
  const seen: string[][] = [[], []]
  for await (const { choice, event } of mergeChoices([
    words(['a', 'b'], () => undefined),
    words(['c'], () => undefined),
  ])) {
    if (event.type === 'text-delta') seen[choice]?.push(event.text)
  }
  expect(seen).toEqual([['a', 'b'], ['c']])
})

test('ends all answers when the reader leaves', async () => {
  let ended = 0
  const end = (): void => {
    ended += 1
  }
  for await (const event of mergeChoices([words(['a', 'b'], end), words(['c', 'd'], end)])) {
    expect(event).toBeDefined()
    break
  }
  expect(ended).toBe(2)
})

test('fails as soon as one answer fails, and ends the others', async () => {
  let ended = 0
  async function* broken(): AsyncGenerator<GenerationEvent> {
    yield { type: 'text-delta', text: 'x', tokens: 1 }
    throw new Error('broken')
  }
  const merged = mergeChoices([broken(), words(['a', 'b', 'c', 'd', 'e'], () => (ended += 1))])
  const read = async (): Promise<void> => {
    for await (const event of merged) expect(event).toBeDefined()
  }
  expect(await read().catch((error: Error) => error.message)).toBe('broken')
  expect(ended).toBe(1)
})
