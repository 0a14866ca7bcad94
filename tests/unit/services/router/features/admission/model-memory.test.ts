import { expect, test } from 'bun:test'
import { ModelMemory } from '@service/router/features/admission/model-memory.ts'
import type { NodeMemory } from '@shared/contracts/memory-lease.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'

const id = (name: string): ModelId => name as ModelId

const createMemory = () => {
  const clock = createManualClock()
  const state = { held: [] as NodeMemory['held'], isLost: false, asked: 0 }
  const memory = new ModelMemory({
    fetchMemory: async () => {
      state.asked += 1
      if (state.isLost) throw new Error('gone')
      return { budgetBytes: 100, held: state.held }
    },
    models: { cards: [scriptedCard('llama')] },
    clock,
  })
  return { clock, memory, state }
}

test('a model takes its file before it was loaded, and what was measured from then on', async () => {
  const { clock, memory, state } = createMemory()
  state.held = [
    { model: id('llama'), bytes: 40 },
    { model: id('llama'), bytes: 2 },
  ]
  expect(memory.bytesOf(id('llama'))).toBe(scriptedCard('llama').sizeBytes)
  expect(memory.bytesOf('a lane that is no model')).toBe(0)
  expect(memory.budgetBytes).toBeUndefined()
  await settled()
  expect(memory.bytesOf(id('llama'))).toBe(42)
  expect(memory.budgetBytes).toBe(100)
  state.held = []
  await clock.advance(1000)
  memory.bytesOf(id('llama'))
  await settled()
  expect(memory.bytesOf(id('llama'))).toBe(42)
})

test('many requests ask once in a second', async () => {
  const { clock, memory, state } = createMemory()
  for (let count = 0; count < 100; count += 1) memory.bytesOf(id('llama'))
  expect(state.asked).toBe(1)
  await clock.advance(1000)
  memory.bytesOf(id('llama'))
  expect(state.asked).toBe(2)
})

test('what was known stays known while nobody answers', async () => {
  const { clock, memory, state } = createMemory()
  state.held = [{ model: id('llama'), bytes: 42 }]
  memory.bytesOf(id('llama'))
  await settled()
  state.isLost = true
  await clock.advance(1000)
  memory.bytesOf(id('llama'))
  await settled()
  expect(memory.bytesOf(id('llama'))).toBe(42)
})
