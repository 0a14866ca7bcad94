import { APPLICATION_SCHEMAS } from './application-schemas.ts'
import { COMBINED_KEYWORD_SCHEMAS } from './combined-keyword-schemas.ts'
import { DOCUMENTED_SCHEMAS } from './documented-schemas.ts'
import { EVERYDAY_SCHEMAS } from './everyday-schemas.ts'
import type { NamedSchema } from './named-schema.ts'
import { randomSchema } from './random-schema.ts'
import { SCALAR_KEYWORD_SCHEMAS } from './scalar-keyword-schemas.ts'
import { SERVICE_TOOL_SCHEMAS } from './service-tool-schemas.ts'
import { STRUCTURE_KEYWORD_SCHEMAS } from './structure-keyword-schemas.ts'
import { TOOL_SCHEMAS } from './tool-schemas.ts'

const WRITTEN = [
  ...DOCUMENTED_SCHEMAS,
  ...TOOL_SCHEMAS,
  ...SERVICE_TOOL_SCHEMAS,
  ...EVERYDAY_SCHEMAS,
  ...APPLICATION_SCHEMAS,
  ...SCALAR_KEYWORD_SCHEMAS,
  ...STRUCTURE_KEYWORD_SCHEMAS,
  ...COMBINED_KEYWORD_SCHEMAS,
]

/** Two hundred schemas, each with a name of its own: those that people wrote, and as many random ones as are missing. */
export const JSON_SCHEMAS: readonly NamedSchema[] = [
  ...WRITTEN,
  ...Array.from({ length: 200 - WRITTEN.length }, (_, index) => ({
    name: `random ${index}`,
    schema: randomSchema(index),
    examples: [],
  })),
]
