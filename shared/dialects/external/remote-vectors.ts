import { Fault } from '@shared/fault/fault.ts'
import { isRecord } from '../wire-field.ts'

type WireObject = Readonly<Record<string, unknown>>

/** The unit-length vectors of a reply of `/v1/embeddings`, in the order of the inputs. @throws Fault `engine_failed` */
export const readRemoteVectors = (reply: unknown, inputs: number): readonly Float32Array[] => {
  const vectors = entriesOf(reply, 'data', inputs).map(({ embedding }) => unitVector(embedding))
  const [first] = vectors
  if (vectors.some(({ length }) => length !== first?.length)) throw notVectors()
  return vectors
}

const unitVector = (value: unknown): Float32Array => {
  if (!Array.isArray(value) || value.length === 0 || !value.every((number) => Number.isFinite(number)))
    throw notVectors()
  const vector = Float32Array.from(value)
  const length = Math.hypot(...vector)
  if (!(length > 0) || !Number.isFinite(length)) throw notVectors()
  return vector.map((number) => number / length)
}

/** The scores of a reply of `/v1/rerank`, in the order of the documents. @throws Fault `engine_failed` */
export const readRemoteScores = (
  reply: unknown,
  documents: number,
  form: 'raw' | 'squeezed',
): readonly number[] =>
  entriesOf(reply, 'results', documents).map(({ relevance_score: score }) => {
    if (typeof score !== 'number' || !Number.isFinite(score))
      throw new Fault('engine_failed', 'The machine sent scores that are no numbers.')
    return form === 'raw' ? 1 / (1 + Math.exp(-score)) : Math.min(1, Math.max(0, score))
  })

/** Each index once: servers may send them in any order. */
const entriesOf = (reply: unknown, name: string, count: number): readonly WireObject[] => {
  const list: unknown = isRecord(reply) ? reply[name] : undefined
  const entries = Array.isArray(list) ? list.filter(isRecord) : []
  const byIndex = new Map(entries.map((entry, position) => [entry['index'] ?? position, entry]))
  const ordered = Array.from({ length: count }, (_, index) => byIndex.get(index))
  if (entries.length === count && ordered.every((entry) => entry !== undefined)) return ordered
  throw new Fault('engine_failed', `The machine sent ${entries.length} results for ${count} texts.`)
}

const notVectors = (): Fault =>
  new Fault('engine_failed', 'The machine sent something that is no list of vectors.')
