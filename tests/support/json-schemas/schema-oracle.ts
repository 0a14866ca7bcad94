import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { JsonSchema } from '@shared/inference/generate-request.ts'

/** Whether a value is valid, says the validator that the JavaScript world uses: undefined, or what is wrong. */
export const createSchemaOracle = (schema: JsonSchema): ((value: unknown) => string | undefined) => {
  const ajv = new Ajv2020({ strict: false, logger: false })
  addFormats.default(ajv)
  const { $schema, $id, ...rest } = schema
  const validate = ajv.compile(rest)
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors))
}
