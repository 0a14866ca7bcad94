/** A list in the metadata. Its `values` are kept when it is short and of numbers, booleans or strings. */
export interface GgufArray {
  readonly length: number
  readonly isOfTexts: boolean
  readonly values?: readonly GgufScalar[]
}

export type GgufScalar = string | number | boolean

/** Integers beyond 2^53 are decimal strings. */
export type GgufValue = GgufScalar | GgufArray

export interface GgufTensor {
  readonly name: string
  readonly kind: string
  /** Length of a row first, as ggml has it. */
  readonly dimensions: readonly number[]
  readonly elements: number
  readonly sizeBytes: number
}

/** What the header of one file says, found to be true of the file's size. */
export interface GgufHeader {
  readonly version: number
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
  /** A text that stands twice in the token list, if there is one. */
  readonly repeatedToken?: string
}
