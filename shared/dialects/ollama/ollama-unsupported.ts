import { checkFields } from '../check-fields.ts'

const isEmptyText = (value: unknown): boolean => value === ''
const isOff = (value: unknown): boolean => value === false || value === 0

/** Fields that change the answer and that no engine here honours yet, with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  template: isEmptyText,
  suffix: isEmptyText,
  width: isOff,
  height: isOff,
  steps: isOff,
  _debug_render_only: isOff,
}

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkOllamaUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => checkFields(body, { known, refused: REFUSED, harmless: new Set() })
