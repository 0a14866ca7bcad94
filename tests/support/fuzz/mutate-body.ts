import type { SeededRandom } from '../gguf/seeded-random.ts'
import type { WireJson } from '../wire-json.ts'

/** Values that no field of an API expects, and that programs stumble over. */
const HOSTILE: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 0,
  () => 1e308,
  () => -0.5,
  () => 2 ** 53,
  () => 1e21,
  () => '',
  () => ' ',
  () => 'null',
  () => '\ud800',
  () => '\u0000\u0007\u2028',
  () => '../../etc/passwd',
  () => '<|im_end|>',
  () => 'x'.repeat(5000),
  () => [],
  () => [[]],
  () => [null],
  () => ({}),
  () => ({ type: 'text' }),
  () => ({ type: 'toString' }),
  () => ({ toString: 5, valueOf: {} }),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  () => Array.from({ length: 300 }, (_, index) => index),
  () => nested(100),
  () => ({ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }),
  () => ({ type: 'function', function: { name: 'f', parameters: { type: 'object', not: {} } } }),
]

const nested = (depth: number): unknown => {
  let value: unknown = 'x'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const FIELD_NAMES = ['__proto__', 'constructor', 'toString', 'length', '', 'x'.repeat(300), 'ünknown', '0']

const pick = <Value>(random: SeededRandom, values: readonly Value[]): Value =>
  // The list is not empty and the index within it.
  values[random.uint32() % values.length] as Value

/** Objects and arrays of a body, itself included. */
const containersOf = (value: WireJson): WireJson[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(containersOf)] : []

const mutateOnce = (random: SeededRandom, body: WireJson): void => {
  const container = pick(random, containersOf(body))
  const keys = Object.keys(container)
  const key = keys.length === 0 ? '0' : pick(random, keys)
  const hostile = pick(random, HOSTILE)()
  const way = random.uint32() % 5
  if (way === 0) delete container[key]
  else if (way === 1 && !Array.isArray(container))
    Object.defineProperty(container, pick(random, FIELD_NAMES), {
      value: hostile,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  else if (way === 2 && Array.isArray(container)) container.push(...container, hostile)
  else container[key] = hostile
}

/** A body changed at one to four places, the same for the same random numbers. */
export const mutateBody = (random: SeededRandom, body: unknown): string => {
  const changed: WireJson = structuredClone(body)
  for (let times = 1 + (random.uint32() % 4); times > 0; times--) mutateOnce(random, changed)
  const text = JSON.stringify(changed)
  // Now and then the text itself is broken.
  if (random.uint32() % 25 !== 0) return text
  const at = random.uint32() % (text.length + 1)
  return random.uint32() % 2 === 0
    ? text.slice(0, at)
    : `${text.slice(0, at)}${pick(random, ['"', '}', '\u0000', ',,'])}${text.slice(at)}`
}
