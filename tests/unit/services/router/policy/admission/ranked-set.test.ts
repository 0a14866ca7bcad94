import { expect, test } from 'bun:test'
import { RankedSet } from '@service/router/policy/admission/ranked-set.ts'
import { SeededRandom } from '../../../../../support/gguf/seeded-random.ts'

interface Ranked {
  rank: number
}

test('the first in rank is always at hand, while ranks change and items come and go', () => {
  const random = new SeededRandom(5)
  const set = new RankedSet<Ranked>((left, right) => left.rank < right.rank)
  const items: Ranked[] = []
  for (let round = 0; round < 3000; round += 1) {
    const chance = random.uniform()
    const any = items[Math.floor(random.uniform() * items.length)]
    if (chance < 0.4 || any === undefined) {
      const item = { rank: random.uniform() }
      items.push(item)
      set.place(item)
    } else if (chance < 0.7) {
      any.rank = random.uniform()
      set.place(any)
    } else {
      items.splice(items.indexOf(any), 1)
      set.remove(any)
    }
    expect(set.size).toBe(items.length)
    expect(set.first?.rank).toBe(items.length === 0 ? undefined : Math.min(...items.map(({ rank }) => rank)))
  }
})

test('what is not in it can be taken out without harm', () => {
  const set = new RankedSet<Ranked>((left, right) => left.rank < right.rank)
  const item = { rank: 1 }
  set.remove(item)
  set.place(item)
  set.remove({ rank: 1 })
  expect([...set]).toEqual([item])
})

test('a step among ten thousand takes tens of comparisons, not thousands', () => {
  let comparisons = 0
  const set = new RankedSet<Ranked>((left, right) => {
    comparisons += 1
    return left.rank < right.rank
  })
  const items = Array.from({ length: 10_000 }, (_, rank) => ({ rank: 10_000 - rank }))
  for (const item of items) set.place(item)
  for (const item of items) {
    item.rank += 5000
    set.place(item)
  }
  for (const item of items) set.remove(item)
  expect(comparisons / 30_000).toBeLessThan(3 * Math.log2(10_000))
})
