import type { GgufHeader, GgufScalar, GgufValue } from './gguf-header.ts'

/** Reads typed values out of a header; keys with `*.` begin with the file's architecture. */
export interface MetadataView {
  readonly architecture: string
  has(key: string): boolean
  text(key: string): string | undefined
  number(key: string): number | undefined
  flag(key: string): boolean | undefined
  /** The number, or the largest of a list of one per layer. */
  largest(key: string): number | undefined
  isList(key: string): boolean
  isListOfTexts(key: string): boolean
  /** Entries of a list, 0 when there is none. */
  length(key: string): number
  list(key: string): readonly GgufScalar[] | undefined
}

export const viewMetadata = ({ metadata }: GgufHeader): MetadataView => {
  const named = metadata.get('general.architecture')
  const architecture = typeof named === 'string' ? named : ''
  const get = (key: string): GgufValue | undefined => metadata.get(key.replace(/^\*\./, `${architecture}.`))
  const list = (key: string): readonly GgufScalar[] | undefined => {
    const value = get(key)
    return typeof value === 'object' ? value.values : undefined
  }
  const number = (key: string): number | undefined => {
    const value = get(key)
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  return {
    architecture,
    number,
    list,
    has: (key) => get(key) !== undefined,
    text(key) {
      const value = get(key)
      return typeof value === 'string' ? value : undefined
    },
    flag(key) {
      const value = get(key)
      return typeof value === 'boolean' ? value : undefined
    },
    largest(key) {
      const numbers = list(key)?.filter((value): value is number => typeof value === 'number')
      return numbers === undefined || numbers.length === 0 ? number(key) : Math.max(...numbers)
    },
    isList: (key) => typeof get(key) === 'object',
    isListOfTexts(key) {
      const value = get(key)
      return typeof value === 'object' && value.isOfTexts
    },
    length(key) {
      const value = get(key)
      return typeof value === 'object' ? value.length : 0
    },
  }
}
