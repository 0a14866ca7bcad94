import { REFUSED_FORMATS, STRING_FORMATS } from './string-formats.ts'
import type { StatedText, StringFacts } from './schema-facts.ts'
import { countIn, textIn } from './schema-place.ts'
import type { ObjectPlace } from './schema-place.ts'
import type { SchemaScope } from './schema-scope.ts'

/** Lengths beyond that make grammars that llama.cpp refuses. */
const MAX_LENGTH = 1_000_000

export const readStringFacts = (scope: SchemaScope, place: ObjectPlace): StringFacts | undefined => {
  const minLength = lengthIn(scope, place, 'minLength')
  const maxLength = lengthIn(scope, place, 'maxLength')
  const pattern = statedIn(place, 'pattern')
  const format = formatIn(scope, place)
  const stated = [minLength, maxLength, pattern, format]
  if (stated.every((keyword) => keyword === undefined)) return undefined
  return {
    minLength: minLength ?? 0,
    maxLength,
    patterns: pattern === undefined ? [] : [pattern],
    formats: format === undefined ? [] : [format],
    pointer: place.pointer,
  }
}

const lengthIn = (scope: SchemaScope, place: ObjectPlace, keyword: string): number | undefined => {
  const length = countIn(place, keyword)
  if (length === undefined || length <= MAX_LENGTH) return length
  scope.inexpressible(keyword, place, `The limit is ${MAX_LENGTH}.`)
  return undefined
}

const statedIn = (place: ObjectPlace, keyword: string): StatedText | undefined => {
  const text = textIn(place, keyword)
  return text === undefined ? undefined : { text, pointer: place.pointer }
}

/** A format that JSON Schema does not know (`int32`, `password`) is a remark. */
const formatIn = (scope: SchemaScope, place: ObjectPlace): StatedText | undefined => {
  const format = statedIn(place, 'format')
  if (format === undefined || STRING_FORMATS.has(format.text)) return format
  if (REFUSED_FORMATS.has(format.text))
    scope.inexpressible('format', place, `There is no grammar for '${format.text.slice(0, 40)}'.`)
  return undefined
}
