import { Fault } from '@shared/fault/fault.ts'
import { Value } from '@sinclair/typebox/value'
import type { Static, TObject } from '@sinclair/typebox'

/**
 * Reads a service's variables from the environment: converts, fills in defaults, and names all mistakes at once.
 * @throws Fault `invalid_request` listing every wrong variable
 */
export const readConfig = <Schema extends TObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Static<Schema> => {
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties)) {
    const text = environment[name]
    if (text !== undefined && text !== '') given[name] = text
  }
  const value = Value.Convert(schema, Value.Default(schema, given))
  const mistakes = [...Value.Errors(schema, value)].map(
    (error) => `${error.path.slice(1)}: ${error.message} (got ${JSON.stringify(error.value)})`,
  )
  if (mistakes.length > 0)
    throw new Fault('invalid_request', `Wrong configuration: ${[...new Set(mistakes)].join('; ')}`)
  return Value.Decode(schema, value)
}
