import { Fault } from '@shared/fault/fault.ts'
import { isRecord } from '../wire-field.ts'

const isOff = (value: unknown): boolean => value === false || value === 0
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/** Fields that change the answer and that no engine here honours yet, with the values that ask for nothing. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isEmpty,
  functions: isEmpty,
  tool_choice: (value) => value === 'none' || value === 'auto',
  function_call: (value) => value === 'none' || value === 'auto',
  response_format: (value) => isRecord(value) && value['type'] === 'text',
  grammar: (value) => value === '',
  logprobs: isOff,
  top_logprobs: isOff,
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  audio: () => false,
  prediction: () => false,
  web_search_options: () => false,
  suffix: (value) => value === '',
  best_of: (value) => value === 1,
}

/** Fields without influence on the answer: bookkeeping of OpenAI's own service. */
const HARMLESS = new Set([
  'user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention',
  'parallel_tool_calls', 'verbosity', 'reasoning_effort', 'cache_prompt', 'keep_alive',
]) // prettier-ignore

/**
 * What is not honoured is refused by name when it would change the answer, and otherwise named in a warning.
 * @returns one warning for each field that nobody knows
 */
export const checkUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => {
  const warnings: string[] = []
  for (const [field, value] of Object.entries(body)) {
    if (known.has(field) || HARMLESS.has(field) || value === undefined || value === null) continue
    const asksNothing = Object.hasOwn(REFUSED, field) ? REFUSED[field] : undefined
    if (asksNothing === undefined)
      warnings.push(`The field '${field.slice(0, 64)}' is unknown and has no effect.`)
    else if (!asksNothing(value)) {
      throw new Fault(
        'invalid_request',
        `Unsupported parameter: '${field}' is not supported by this version of Skein.`,
        {
          param: field,
        },
      )
    }
  }
  return warnings
}
