import type { ByteBuilder, NumberKind } from './byte-builder.ts'

const KIND_IDS = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} satisfies Record<NumberKind | 'bool' | 'string' | 'array' | 'uint64' | 'int64', number>

/**
 * One metadata value of a GGUF file.
 * `raw` writes any kind id and any bytes after it: for files that are meant to be broken.
 */
export type MetadataValue =
  | { readonly kind: NumberKind; readonly value: number }
  | { readonly kind: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly values: readonly string[] }
  | { readonly kind: 'numbers'; readonly of: NumberKind; readonly values: readonly number[] }
  | { readonly kind: 'raw'; readonly kindId: number; readonly bytes: Uint8Array }

/** Entries rather than a record, because a broken file may repeat a key. */
export type MetadataEntry = readonly [key: string, value: MetadataValue]

export const uint32 = (value: number): MetadataValue => ({ kind: 'uint32', value })
export const float32 = (value: number): MetadataValue => ({ kind: 'float32', value })
export const flag = (value: boolean): MetadataValue => ({ kind: 'bool', value })
export const text = (value: string): MetadataValue => ({ kind: 'string', value })
export const texts = (values: readonly string[]): MetadataValue => ({ kind: 'strings', values })
export const int32s = (values: readonly number[]): MetadataValue => ({ kind: 'numbers', of: 'int32', values })
export const float32s = (values: readonly number[]): MetadataValue => ({
  kind: 'numbers',
  of: 'float32',
  values,
})

/** Appends one metadata entry: key, kind id, value. */
export function appendMetadata(builder: ByteBuilder, [key, value]: MetadataEntry): void {
  builder.text(key)
  switch (value.kind) {
    case 'raw':
      builder.number('uint32', value.kindId).bytes(value.bytes)
      return
    case 'strings':
      appendArrayStart(builder, 'string', value.values.length)
      for (const item of value.values) builder.text(item)
      return
    case 'numbers':
      appendArrayStart(builder, value.of, value.values.length)
      for (const item of value.values) builder.number(value.of, item)
      return
    default:
      builder.number('uint32', KIND_IDS[value.kind])
      appendScalar(builder, value)
  }
}

function appendArrayStart(builder: ByteBuilder, of: NumberKind | 'string', length: number): void {
  builder.number('uint32', KIND_IDS.array).number('uint32', KIND_IDS[of]).uint64(BigInt(length))
}

function appendScalar(
  builder: ByteBuilder,
  value: Exclude<MetadataValue, { readonly kind: 'raw' | 'strings' | 'numbers' }>,
): void {
  switch (value.kind) {
    case 'string':
      builder.text(value.value)
      return
    case 'bool':
      builder.number('uint8', value.value ? 1 : 0)
      return
    case 'uint64':
    case 'int64':
      builder.uint64(value.value)
      return
    default:
      builder.number(value.kind, value.value)
  }
}
