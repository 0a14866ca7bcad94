import { expect, test } from 'bun:test'
import { ModelTurns } from '@service/router/policy/admission/model-turns.ts'

const QUANTUM_MS = 1000

/** Models of six bytes each in a memory of ten, unless told otherwise; all of them have work. */
const createTurns = (budget: { bytes: number | undefined } = { bytes: 10 }) => {
  const loads: Record<string, { waitingCount: number; runningCount: number }> = {}
  const sizes: Record<string, number> = {}
  const loadOf = (lane: string) => (loads[lane] ??= { waitingCount: 1, runningCount: 1 })
  const memory = { budgetBytes: budget.bytes, bytesOf: (lane: string) => sizes[lane] ?? 6 }
  const turns = new ModelTurns(QUANTUM_MS, memory, loadOf)
  const mayRun = (lane: string, nowMs: number, memoryBytes = 6): boolean => {
    sizes[lane] = memoryBytes
    return turns.mayRun(lane, nowMs)
  }
  const set = (lane: string, waitingCount: number, runningCount: number): void =>
    void (loads[lane] = { waitingCount, runningCount })
  return { mayRun, set }
}

test('a model keeps its turn while nobody else needs the room, however long', () => {
  const { mayRun } = createTurns()
  expect(mayRun('a', 0)).toBe(true)
  expect(mayRun('a', 100 * QUANTUM_MS)).toBe(true)
})

test('a busy model runs for a quantum, then what runs ends, then it is the turn of the other', () => {
  const { mayRun, set } = createTurns()
  mayRun('a', 0)
  expect(mayRun('b', 1)).toBe(false)
  expect(mayRun('a', QUANTUM_MS - 1)).toBe(true)
  expect(mayRun('b', QUANTUM_MS)).toBe(false)
  expect(mayRun('a', QUANTUM_MS)).toBe(false)
  set('a', 1, 0)
  expect(mayRun('b', QUANTUM_MS + 5)).toBe(true)
  expect(mayRun('a', QUANTUM_MS + 6)).toBe(false)
  set('b', 0, 0)
  expect(mayRun('a', QUANTUM_MS + 7)).toBe(true)
})

test('a small model does not take the room from a large one that waits for it', () => {
  const { mayRun, set } = createTurns()
  mayRun('a', 0)
  mayRun('small', 0, 3)
  set('small', 0, 0)
  expect(mayRun('large', QUANTUM_MS, 8)).toBe(false)
  expect(mayRun('other', QUANTUM_MS + 1, 3)).toBe(false)
  set('a', 1, 0)
  expect(mayRun('large', QUANTUM_MS + 2, 8)).toBe(true)
})

test('a model that nobody asks for any more keeps nobody waiting', () => {
  const { mayRun, set } = createTurns()
  mayRun('a', 0)
  mayRun('b', QUANTUM_MS)
  set('b', 0, 0)
  expect(mayRun('a', QUANTUM_MS + 1)).toBe(true)
})

test('a model of unknown size, or one that can never fit, is for the ledger to judge', () => {
  const { mayRun } = createTurns()
  mayRun('a', 0)
  expect(mayRun('unknown', 1, 0)).toBe(true)
  expect(mayRun('huge', 1, 11)).toBe(true)
  const free = createTurns({ bytes: undefined })
  expect([free.mayRun('a', 0), free.mayRun('b', 0)]).toEqual([true, true])
})

test('a turn that ends while nothing runs makes room at once', () => {
  const { mayRun, set } = createTurns()
  mayRun('a', 0)
  set('a', 5, 0)
  expect(mayRun('b', QUANTUM_MS)).toBe(true)
})
