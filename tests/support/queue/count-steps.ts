import { KeyedLine } from '@service/router/policy/admission/keyed-line.ts'
import { RankedSet } from '@service/router/policy/admission/ranked-set.ts'

type Method = (...parameters: readonly unknown[]) => unknown

/** Uses that are one step each, and walks that are one step for each item. */
const USES = [[Map.prototype, ['get', 'set', 'has', 'delete']]] as const
const WALKS = [
  [Map.prototype, ['keys', 'values', 'entries', Symbol.iterator]],
  [KeyedLine.prototype, [Symbol.iterator]],
  [RankedSet.prototype, [Symbol.iterator]],
] as const

/**
 * How many steps the queue does while something runs: every use of a map (each move in a heap is one) and every item that
 * is walked over. Unlike time, that is the same on every machine. Nothing else may run meanwhile.
 */
export const countSteps = (run: () => void): number => {
  let steps = 0
  const undo: (() => void)[] = []
  const replace = (prototype: object, name: PropertyKey, wrap: (method: Method) => Method): void => {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
    if (descriptor === undefined) throw new Error(`There is no ${String(name)} to count.`)
    Object.defineProperty(prototype, name, { ...descriptor, value: wrap(descriptor.value) })
    undo.push(() => Object.defineProperty(prototype, name, descriptor))
  }
  const counted = (method: Method): Method =>
    function (this: unknown, ...parameters) {
      steps += 1
      return Reflect.apply(method, this, parameters)
    }
  const countedWalk = (method: Method): Method =>
    function* (this: unknown) {
      // All that is replaced by this gives an iterator.
      const items = Reflect.apply(method, this, []) as Iterator<unknown>
      for (let next = items.next(); next.done !== true; next = items.next()) {
        steps += 1
        yield next.value
      }
    }
  for (const [prototype, names] of USES) for (const name of names) replace(prototype, name, counted)
  for (const [prototype, names] of WALKS) for (const name of names) replace(prototype, name, countedWalk)
  try {
    run()
  } finally {
    for (const restore of undo) restore()
  }
  return steps
}
