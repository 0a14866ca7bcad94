import { Fault } from '@shared/fault/fault.ts'

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const isEmptyText = (value: unknown): boolean => value === ''
const isOff = (value: unknown): boolean => value === false || value === 0

/** Fields that change the answer and that no engine here honours yet, with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isEmpty,
  format: isEmptyText,
  think: isOff,
  logprobs: isOff,
  top_logprobs: isOff,
  template: isEmptyText,
  suffix: isEmptyText,
  context: isEmpty,
  width: isOff,
  height: isOff,
  steps: isOff,
}

/**
 * What is not honoured is refused by name when it would change the answer, and otherwise named in a warning.
 * @returns one warning for each field without effect
 */
export const checkOllamaUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => {
  const warnings: string[] = []
  for (const [field, value] of Object.entries(body)) {
    if (known.has(field) || value === undefined || value === null) continue
    const asksNothing = Object.hasOwn(REFUSED, field) ? REFUSED[field] : undefined
    if (asksNothing === undefined) warnings.push(`The field '${field.slice(0, 64)}' has no effect.`)
    else if (!asksNothing(value)) {
      throw new Fault('invalid_request', `'${field}' is not supported by the models of this node yet.`, {
        param: field,
      })
    }
  }
  return warnings
}
