import { checkFields } from '../check-fields.ts'
import { isRecord } from '../wire-field.ts'

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
const isNothing = (): boolean => false

/** Without tools these two choose nothing. */
const choosesNone = (value: unknown): boolean => {
  const type = isRecord(value) ? value['type'] : value
  return type === 'none' || type === 'auto'
}

/** Effort is about how much to think, which nothing here does; a format would change the answer. */
const hasNoFormat = (value: unknown): boolean => isRecord(value) && (value['format'] ?? null) === null

const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  tools: isEmpty,
  tool_choice: choosesNone,
  thinking: (value) => isRecord(value) && value['type'] === 'disabled',
  output_config: hasNoFormat,
  output_format: isNothing,
  mcp_servers: isEmpty,
  container: isNothing,
  context_management: (value) => isRecord(value) && isEmpty(value['edits'] ?? []),
}

/** Bookkeeping of Anthropic's own service; caching happens here without being asked. */
const HARMLESS = new Set([
  'metadata', 'service_tier', 'cache_control', 'inference_geo', 'speed', 'diagnostics', 'user_profile_id',
  'workspace_id', 'anthropic_version',
]) // prettier-ignore

/** @returns one warning for each field that nobody knows. @throws Fault naming what is not honoured */
export const checkAnthropicUnsupported = (
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): readonly string[] => checkFields(body, { known, refused: REFUSED, harmless: HARMLESS })
