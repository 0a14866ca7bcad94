import { Fault } from '@shared/fault/fault.ts'
import { checkFields } from '../check-fields.ts'
import { isRecord } from '../wire-field.ts'

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const isNothing = (): boolean => false

/** Thoughts of earlier turns are left to the model's template in any case; everything else would change the prompt. */
const keepsPrompt = (edit: unknown): boolean =>
  isRecord(edit) && edit['type'] === 'clear_thinking_20251015' && (edit['keep'] ?? 'all') === 'all'

const editsNothing = (value: unknown): boolean => {
  const edits = isRecord(value) ? (value['edits'] ?? []) : value
  return Array.isArray(edits) && edits.every(keepsPrompt)
}

const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  mcp_servers: isEmpty,
  container: isNothing,
  context_management: editsNothing,
  compaction: isNothing,
}

/** Bookkeeping of Anthropic's own service; caching happens here without being asked. */
const HARMLESS = new Set([
  'metadata', 'service_tier', 'cache_control', 'inference_geo', 'speed', 'diagnostics', 'user_profile_id',
  'workspace_id', 'anthropic_version', 'anthropic_beta', 'betas', 'billing_policy', 'fallbacks', 'fallback_credit_token',
]) // prettier-ignore

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkAnthropicUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => {
  refuseThread(body['thread'])
  const { thread: _, ...rest } = body
  return checkFields(rest, { known, refused: REFUSED, harmless: HARMLESS })
}

/**
 * A conversation that the server keeps. By Anthropic's own code for it the tool runner of the official clients knows that
 * it has to send the whole conversation each time.
 */
const refuseThread = (thread: unknown): void => {
  if (thread === undefined || thread === null) return
  throw new Fault(
    'invalid_request',
    "This node keeps no conversations: send the full conversation without 'thread'.",
    { param: 'thread', details: { error_code: 'thread_unsupported_request' } },
  )
}
