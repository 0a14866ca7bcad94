import type { DialectName } from '@shared/contracts/route-manifest.ts'
import { PROMPT_FIELDS } from '@shared/dialects/prompt-fields.ts'
import { PrefixReader } from '../../policy/placement/prefix-chain.ts'
import type { HashBytes, PrefixChain } from '../../policy/placement/prefix-chain.ts'

/** The beginning of the prompt in a JSON body; undefined when it is short, or the body is no JSON object. */
export type PromptPrefix = (dialect: DialectName, body: Uint8Array) => PrefixChain | undefined

export const createPromptPrefix = (): PromptPrefix => {
  const reader = new PrefixReader(hashBytes)
  return (dialect, body) => reader.read(body, FIELDS[dialect])
}

const FIELDS = {
  openai: PROMPT_FIELDS.openai,
  anthropic: PROMPT_FIELDS.anthropic,
  ollama: PROMPT_FIELDS.ollama,
  localai: PROMPT_FIELDS.openai,
  toolpiper: PROMPT_FIELDS.openai,
} satisfies Record<DialectName, readonly string[]>

/** Numbers keep 53 bits of the 64. */
const DROPPED_BITS = 11n

/** XXH64 is specified: all machines and versions of Bun say the same. */
const hashBytes: HashBytes = (bytes, seed) =>
  Number(Bun.hash.xxHash64(bytes as Uint8Array<ArrayBuffer>, BigInt(seed)) >> DROPPED_BITS)
