import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard } from '@shared/inference/model-card.ts'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { ToolpiperListQuery } from './toolpiper-list.ts'

const MOST_PATHS = 100
const LONGEST_PATH = 4096

/** The engine family that opens a format, as ToolPiper names it. */
const ENGINE = { gguf: 'llama.cpp', remote: 'external' } as const satisfies Record<
  ModelCard['format'],
  string
>

/** Query of `GET /models`. */
export const ToolpiperModelQuery = Type.Object(
  {
    ...ToolpiperListQuery.properties,
    capability: Type.Optional(Type.String({ description: 'Only models that can: chat, embed.' })),
    engine: Type.Optional(Type.String({ description: 'Only models of this engine: llama.cpp, external.' })),
  },
  { additionalProperties: true },
)

const ScanBody = Type.Object(
  { paths: Type.Optional(Type.Array(Type.String({ maxLength: LONGEST_PATH }), { maxItems: MOST_PATHS })) },
  { additionalProperties: true },
)

/**
 * Reads the body of `POST /models/scan`, which may be left out.
 * @returns the paths to look at; none: all places
 * @throws Fault `invalid_request`
 */
export const decodeToolpiperScan = (text: string): readonly string[] => {
  if (text.trim() === '') return []
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw new Fault('invalid_request', 'The request body is not valid JSON.', { cause: error })
  }
  if (Value.Check(ScanBody, body)) return body.paths ?? []
  throw new Fault(
    'invalid_request',
    `Invalid 'paths': expected a list of at most ${MOST_PATHS} paths of this node.`,
    { param: 'paths' },
  )
}

export type ToolpiperModelState = 'unloaded' | 'loading' | 'ready' | 'busy' | 'error'

/** How a model is doing in memory; all zero and null when it is not there. */
export interface ToolpiperRuntime {
  readonly state: ToolpiperModelState
  /** Null when it is not in memory. */
  readonly engine: string | null
  readonly memoryBytes: number
  readonly activeRequests: number
  /** Of the engine: tokens of context of each slot, and the process that holds the model. Null until it is up. */
  readonly contextTokens: number | null
  readonly processId: number | null
  /** ISO 8601, like `expiresAt`. */
  readonly lastUsedAt: string | null
  readonly expiresAt: string | null
}

/** What ToolPiper's wire says of a model beyond its card. */
export interface ToolpiperModelView {
  readonly card: ModelCard
  readonly runtime: ToolpiperRuntime
  readonly repository?: string
  readonly revision?: string
  readonly installedAt: string
}

export interface ToolpiperModelFile {
  readonly name: string
  readonly sizeBytes: number
  /** Null until computed; `digest` says where that stands. */
  readonly sha256: string | null
  readonly digest: { readonly status: string; readonly hashedBytes?: number }
}

export const encodeToolpiperModel = ({
  card,
  runtime,
  repository,
  revision,
  installedAt,
}: ToolpiperModelView) => ({
  id: card.id,
  name: card.name,
  family: card.architecture,
  engine: ENGINE[card.format],
  capabilities: card.capabilities,
  format: card.format,
  quantization: card.quantization,
  sizeBytes: card.sizeBytes,
  path: card.path,
  source: { type: card.source, repo: repository ?? null, revision: revision ?? null },
  contextLength: card.shape.contextLength,
  presetId: null,
  state: runtime.state,
  installedAt,
  error: card.defect ?? null,
})

export const encodeToolpiperModelDetail = (
  view: ToolpiperModelView,
  files: readonly ToolpiperModelFile[],
  metadata: Readonly<Record<string, unknown>>,
) => ({
  ...encodeToolpiperModel(view),
  aliases: view.card.aliases,
  parameterCount: view.card.parameterCount,
  license: view.card.license ?? null,
  description: view.card.description ?? null,
  files,
  metadata,
})

export const encodeToolpiperStates = (views: readonly ToolpiperModelView[]) => ({
  models: views.map(({ card, runtime }) => ({ id: card.id, ...runtime, error: card.defect ?? null })),
})
