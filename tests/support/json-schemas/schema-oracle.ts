import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { JsonSchema } from '@shared/inference/generate-request.ts'

/** Names that validators look up elsewhere. */
const NAMES = new Set(['$schema', '$id'])

/** Whether a value is valid, says the validator that the JavaScript world uses: undefined, or what is wrong. */
export const createSchemaOracle = (schema: JsonSchema): ((value: unknown) => string | undefined) => {
  const ajv = new Ajv2020({ strict: false, logger: false })
  addFormats.default(ajv)
  const validate = ajv.compile(
    Object.fromEntries(Object.entries(schema).filter(([name]) => !NAMES.has(name))),
  )
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors))
}
