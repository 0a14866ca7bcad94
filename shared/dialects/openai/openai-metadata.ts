import { Fault } from '@shared/fault/fault.ts'
import { isRecord, wrongType } from '../wire-field.ts'
import { onlyDefined } from './only-defined.ts'

/** What LocalAI's clients say in `metadata`; everything else in it is the caller's own. */
export interface OpenaiMetadata {
  readonly mcpServers?: readonly string[]
  readonly isThinkingEnabled?: boolean
  readonly reasoningEffort?: string
}

/** Keys of LocalAI that change the answer and that nothing here honours. */
const REFUSED = ['mcp_prompt', 'mcp_prompt_args', 'mcp_resources', 'localai_assistant'] as const
const MOST_SERVERS = 64

/** @throws Fault naming the key */
export const decodeOpenaiMetadata = (metadata: unknown): OpenaiMetadata => {
  if (metadata === undefined) return {}
  if (!isRecord(metadata)) throw wrongType('metadata', 'an object', metadata)
  for (const key of REFUSED) {
    if (textOf(metadata, key) !== undefined)
      throw new Fault('invalid_request', `'metadata.${key}' is not supported by this version of Skein.`, {
        param: `metadata.${key}`,
      })
  }
  return onlyDefined({
    mcpServers: serversOf(textOf(metadata, 'mcp_servers')),
    isThinkingEnabled: flagOf(textOf(metadata, 'enable_thinking'), 'metadata.enable_thinking'),
    reasoningEffort: textOf(metadata, 'reasoning_effort'),
  })
}

/** Values are texts; empty ones say nothing. */
const textOf = (metadata: Readonly<Record<string, unknown>>, key: string): string | undefined => {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  throw wrongType(`metadata.${key}`, 'a string', value)
}

const serversOf = (list: string | undefined): readonly string[] | undefined => {
  const names = list?.split(',').map((name) => name.trim()).filter((name) => name !== '') // prettier-ignore
  if (names === undefined || names.length === 0) return undefined
  if (names.length <= MOST_SERVERS) return [...new Set(names)]
  throw new Fault('invalid_request', `'metadata.mcp_servers' may name at most ${MOST_SERVERS} servers.`, {
    param: 'metadata.mcp_servers',
  })
}

const flagOf = (text: string | undefined, param: string): boolean | undefined => {
  if (text === undefined || text === 'true' || text === 'false')
    return text === undefined ? undefined : text === 'true'
  throw new Fault('invalid_request', `'${param}' must be 'true' or 'false'.`, { param })
}
