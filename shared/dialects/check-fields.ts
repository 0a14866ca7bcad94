import { Fault } from '@shared/fault/fault.ts'

/** What a dialect does with the fields of a body. */
export interface FieldRules {
  /** Decoded by the dialect. */
  readonly known: ReadonlySet<string>
  /** Fields that change the answer and that no engine here honours yet; true for a value that asks for nothing. */
  readonly refused: Readonly<Record<string, (value: unknown) => boolean>>
  /** Fields without influence on the answer. */
  readonly harmless: ReadonlySet<string>
}

/**
 * What is not honoured is refused by name when it would change the answer, and otherwise named in a warning.
 * @returns one warning for each field that nobody knows
 * @throws Fault `invalid_request` naming the field
 */
export const checkFields = (
  body: Readonly<Record<string, unknown>>,
  { harmless, known, refused }: FieldRules,
): readonly string[] => {
  const warnings: string[] = []
  for (const [field, value] of Object.entries(body)) {
    if (known.has(field) || harmless.has(field) || value === undefined || value === null) continue
    const asksNothing = Object.hasOwn(refused, field) ? refused[field] : undefined
    if (asksNothing === undefined)
      warnings.push(`The field '${field.slice(0, 64)}' is unknown and has no effect.`)
    else if (!asksNothing(value)) {
      throw new Fault(
        'invalid_request',
        `Unsupported parameter: '${field}' is not supported by this version of Skein.`,
        { param: field },
      )
    }
  }
  return warnings
}
