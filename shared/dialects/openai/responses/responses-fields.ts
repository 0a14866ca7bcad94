import { checkFields } from '../../check-fields.ts'
import type { FieldRules } from '../../check-fields.ts'
import { OpenaiResponsesBody } from './responses-body-schema.ts'

const never = (): boolean => false

/** Fields that change the answer and that are not honoured here, with the values that ask for nothing. */
const REFUSED: FieldRules['refused'] = {
  conversation: never,
  prompt: never,
  context_management: (value) => Array.isArray(value) && value.length === 0,
  moderation: never,
  generate: (value) => value === true,
  // Words of other routes that would be missed.
  messages: never,
  functions: never,
  function_call: never,
  response_format: never,
  grammar: never,
  json_schema: never,
  max_tokens: never,
  max_completion_tokens: never,
  n: (value) => value === 1,
  logprobs: (value) => value === false,
}

/** Fields without influence on the answer: bookkeeping of OpenAI's own service, and transport. */
const HARMLESS = new Set([
  'stream_options', 'prompt_cache_retention', 'prompt_cache_options', 'access_programs', 'image', 'keep_alive',
]) // prettier-ignore

const KNOWN = new Set(Object.keys(OpenaiResponsesBody.properties))

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkResponsesFields = (body: Readonly<Record<string, unknown>>): readonly string[] =>
  checkFields(body, { known: KNOWN, refused: REFUSED, harmless: HARMLESS })
