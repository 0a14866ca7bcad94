import type { Bound, NumberFacts } from './schema-facts.ts'
import { numberIn, wrongValue } from './schema-place.ts'
import type { ObjectPlace } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'

export interface ReadNumbers {
  /** Absent when the schema says nothing of numbers. */
  readonly facts: NumberFacts | undefined
  /** Every number has to be whole, whatever `type` says. */
  readonly isInteger: boolean
}

export const readNumberFacts = (scope: SchemaScope, place: ObjectPlace): ReadNumbers => {
  const step = numberIn(place, 'multipleOf')
  if (step !== undefined && step <= 0) throw wrongValue(place, 'multipleOf', 'a number above 0')
  if (step !== undefined && step !== 1)
    scope.inexpressible('multipleOf', place, 'Only multiples of 1 can be.')
  const lower = boundIn(place, 'minimum', 'exclusiveMinimum', (one, other) => one > other)
  const upper = boundIn(place, 'maximum', 'exclusiveMaximum', (one, other) => one < other)
  const isStated = lower !== undefined || upper !== undefined || step !== undefined
  return { facts: isStated ? { lower, upper } : undefined, isInteger: step === 1 }
}

const boundIn = (
  place: ObjectPlace,
  inclusive: string,
  exclusive: string,
  isTighter: (one: number, other: number) => boolean,
): Bound | undefined => {
  const { pointer } = place
  const within = numberIn(place, inclusive)
  const beyond = numberIn(place, exclusive)
  if (beyond !== undefined && (within === undefined || !isTighter(within, beyond)))
    return { value: beyond, isExclusive: true, pointer }
  return within === undefined ? undefined : { value: within, isExclusive: false, pointer }
}
