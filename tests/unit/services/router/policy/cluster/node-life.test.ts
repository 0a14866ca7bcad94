import { expect, test } from 'bun:test'
import { compareLives } from '@service/router/policy/cluster/node-life.ts'

test('later is the greater epoch, and of two in one epoch the greater instance', () => {
  const lives = [
    { epoch: 1, instance: 'b' },
    { epoch: 2, instance: 'a' },
    { epoch: 2, instance: 'b' },
    { epoch: 10, instance: 'a' },
  ]
  expect(lives.toReversed().toSorted(compareLives)).toEqual(lives)
  expect(compareLives({ epoch: 1, instance: 'a' }, { epoch: 1, instance: 'a' })).toBe(0)
})
