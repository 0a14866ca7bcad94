import { checkFields } from '../check-fields.ts'
import { isRecord } from '../wire-field.ts'

const isOff = (value: unknown): boolean => value === false || value === 0
const isEmpty = (value: unknown): boolean =>
  (Array.isArray(value) && value.length === 0) || (isRecord(value) && Object.keys(value).length === 0)
const isNothing = (): boolean => false
const isNoOrAuto = (value: unknown): boolean => value === 'none' || value === 'auto'

/**
 * Fields that change the answer and that a route here does not honour, with the values that ask for nothing. A route
 * that does honour one of them names it as known.
 */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isEmpty,
  functions: isEmpty,
  tool_choice: isNoOrAuto,
  function_call: isNoOrAuto,
  response_format: (value) => value === 'text' || (isRecord(value) && value['type'] === 'text'),
  grammar: (value) => value === '',
  json_schema: isEmpty,
  logprobs: isOff,
  top_logprobs: isOff,
  suffix: (value) => value === '',
  best_of: (value) => value === 1,
  modalities: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'text',
  audio: isNothing,
  prediction: isNothing,
  moderation: isNothing,
  web_search_options: isNothing,
  grammar_json_functions: isEmpty,
  // Samplers of llama.cpp and constraints of vLLM that no engine here has.
  tfz: (value) => value === 1 || value === 0,
  dry_multiplier: isOff,
  xtc_probability: isOff,
  dynatemp_range: isOff,
  guided_json: isEmpty,
  guided_regex: (value) => value === '',
  guided_choice: isEmpty,
  guided_grammar: (value) => value === '',
  structured_outputs: isEmpty,
}

/** Fields without influence on the answer: bookkeeping of OpenAI's own service, and of LocalAI's. */
const HARMLESS = new Set([
  'user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key', 'prompt_cache_retention',
  'prompt_cache_options', 'parallel_tool_calls', 'verbosity', 'reasoning_effort', 'cache_prompt', 'keep_alive',
  'n_keep', 'batch', 'backend', 'model_base_name',
]) // prettier-ignore

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => checkFields(body, { known, refused: REFUSED, harmless: HARMLESS })
