import { DOCUMENTED_SCHEMAS } from './documented-schemas.ts'
import { EVERYDAY_SCHEMAS } from './everyday-schemas.ts'
import { KEYWORD_SCHEMAS } from './keyword-schemas.ts'
import type { NamedSchema } from './named-schema.ts'
import { randomSchema } from './random-schema.ts'
import { TOOL_SCHEMAS } from './tool-schemas.ts'

const WRITTEN = [...DOCUMENTED_SCHEMAS, ...TOOL_SCHEMAS, ...EVERYDAY_SCHEMAS, ...KEYWORD_SCHEMAS]

/** Two hundred schemas, each with a name of its own: those that people wrote, and as many random ones as are missing. */
export const JSON_SCHEMAS: readonly NamedSchema[] = [
  ...WRITTEN,
  ...Array.from({ length: 200 - WRITTEN.length }, (_, index) => ({
    name: `random ${index}`,
    schema: randomSchema(index),
    examples: [],
  })),
]
