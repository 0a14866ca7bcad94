import { Fault } from '@shared/fault/fault.ts'

/** The first `dimensions` numbers of a vector at unit length again. @throws Fault when it has fewer */
export const cutVector = (vector: Float32Array, dimensions: number | undefined): Float32Array => {
  if (dimensions === undefined || dimensions === vector.length) return vector
  if (dimensions > vector.length) {
    throw new Fault(
      'invalid_request',
      `'dimensions' is ${dimensions}, but this model's vectors have ${vector.length}.`,
      { param: 'dimensions' },
    )
  }
  const head = vector.slice(0, dimensions)
  const length = Math.hypot(...head)
  return length === 0 ? head : head.map((value) => value / length)
}
