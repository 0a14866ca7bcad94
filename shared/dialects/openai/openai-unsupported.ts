import { checkFields } from '../check-fields.ts'
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

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => checkFields(body, { known, refused: REFUSED, harmless: HARMLESS })
