import type { OutputFormat } from '@shared/inference/generate-request.ts'
import { wireObject } from '../wire-object.ts'

/** Ollama's `format`: `json`, or a JSON Schema. @throws Fault `invalid_request` */
export const decodeOllamaFormat = (value: unknown): OutputFormat | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (value === 'json') return { type: 'json' }
  return { type: 'json-schema', schema: wireObject(value, 'format', "'json' or a JSON Schema") }
}
