import { complement, union } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'

/** Characters that some sets do not tell apart, so that an automaton can treat them as one. */
export interface Alphabet {
  /** Disjoint; those in none of the sets are left out. */
  readonly classes: readonly CharacterSet[]
  /** Numbers of the classes that a set of the alphabet consists of. */
  classesIn(set: CharacterSet): readonly number[]
}

export const createAlphabet = (sets: readonly CharacterSet[]): Alphabet => {
  const distinct = new Map(sets.map((set) => [textOf(set), set]))
  const starts = new Set(
    [...distinct.values()].flatMap((set) => [...set, ...complement(set)].map(([from]) => from)),
  )
  const ordered = [...starts].toSorted((one, other) => one - other)
  const ranges = new Map<string, [number, number][]>()
  for (const [index, from] of ordered.entries()) {
    const key = Array.from(distinct.values(), (set) => (isIn(set, from) ? '1' : '0')).join('')
    if (!key.includes('1')) continue
    const to = (ordered[index + 1] ?? LAST + 1) - 1
    ranges.set(key, [...(ranges.get(key) ?? []), [from, to]])
  }
  const keys = [...ranges.keys()]
  const numbers = new Map(
    Array.from(distinct.keys(), (text, place) => [
      text,
      [...keys.entries()].filter(([, key]) => key.charAt(place) === '1').map(([index]) => index),
    ]),
  )
  return {
    classes: Array.from(ranges.values(), (parts) => union(parts)),
    classesIn: (set) => numbers.get(textOf(set)) ?? [],
  }
}

const textOf = (set: CharacterSet): string => set.join(' ')

const LAST = 0x10ffff

const isIn = (set: CharacterSet, codePoint: number): boolean =>
  set.some(([from, to]) => from <= codePoint && codePoint <= to)
