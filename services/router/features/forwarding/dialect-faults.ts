import type { DialectName } from '@shared/contracts/route-manifest.ts'
import { anthropicFaultBody, anthropicFaultFrame } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import { openaiFaultBody, openaiFaultFrame } from '@shared/dialects/openai/openai-faults.ts'
import { toolpiperFaultBody } from '@shared/dialects/toolpiper/toolpiper-faults.ts'
import type { Fault } from '@shared/fault/fault.ts'

/** How one dialect writes the failures that happen before or beside its service. */
export interface DialectFaults {
  readonly faultBody: (fault: Fault, requestId: string) => unknown
  /** The last frames of a server-sent stream. */
  readonly sseFrame: (fault: Fault, requestId: string) => string
}

const openaiFaults: DialectFaults = { faultBody: openaiFaultBody, sseFrame: openaiFaultFrame }

/** For dialects whose clients know no frame of their own. */
const plainFaults = (faultBody: DialectFaults['faultBody']): DialectFaults => ({
  faultBody,
  sseFrame: (fault, requestId) => `event: error\ndata: ${JSON.stringify(faultBody(fault, requestId))}\n\n`,
})

/** Dialects without an envelope of their own fail in OpenAI's, which their clients read. */
export const DIALECT_FAULTS = {
  openai: openaiFaults,
  ollama: plainFaults(ollamaFaultBody),
  anthropic: { faultBody: anthropicFaultBody, sseFrame: anthropicFaultFrame },
  localai: openaiFaults,
  toolpiper: plainFaults(toolpiperFaultBody),
} as const satisfies Record<DialectName, DialectFaults>

/** Longest first; the last catches the rest. */
const DIALECT_OF_PREFIX: readonly (readonly [string, DialectName])[] = [
  ['/v1/messages', 'anthropic'],
  ['/messages', 'anthropic'],
  ['/api/', 'ollama'],
  ['', 'openai'],
]

/** The dialect of a path that no route claims. */
export const dialectOfPath = (path: string): DialectName =>
  DIALECT_OF_PREFIX.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'openai'

/** A stream whose service went away. */
export interface CutStream {
  readonly contentType: string
  /** What the client got last. */
  readonly lastChunk: Uint8Array | undefined
  readonly requestId: string
}

/**
 * What ends a stream of this content type after a failure; undefined when its readers cannot be told in-band.
 * A frame that was cut in the middle is closed first, so that it does not swallow the one that tells of it.
 */
export const faultFrameOf = (
  dialect: DialectName,
  fault: Fault,
  { contentType, lastChunk, requestId }: CutStream,
): string | undefined => {
  const { faultBody, sseFrame } = DIALECT_FAULTS[dialect]
  if (contentType.startsWith('text/event-stream')) {
    return `${endsWithLineFeeds(lastChunk, 2) ? '' : '\n\n'}${sseFrame(fault, requestId)}`
  }
  if (contentType.startsWith('application/x-ndjson')) {
    return `${endsWithLineFeeds(lastChunk, 1) ? '' : '\n'}${JSON.stringify(faultBody(fault, requestId))}\n`
  }
  return undefined
}

const LINE_FEED = 0x0a

const endsWithLineFeeds = (chunk: Uint8Array | undefined, count: number): boolean =>
  chunk === undefined || (chunk.length >= count && chunk.subarray(-count).every((byte) => byte === LINE_FEED))
