import type { ModelCapability, ModelId, ModelSource } from '@shared/inference/model-card.ts'
import type { NodeId } from './node-id.ts'

/** What a machine is, as far as answers of its engines may depend on it. */
export interface NodePlatform {
  /** `darwin`, `linux`. */
  readonly os: string
  /** `arm64`, `x64`. */
  readonly arch: string
  /** `metal`, `cuda`, `cpu`. */
  readonly accelerator: string
}

/** Where a node can be reached by other nodes. */
export interface NodeAddress {
  /** An IP address, without zone. */
  readonly host: string
  /** Port of libp2p: membership and state. */
  readonly linkPort: number
  /** Port of HTTPS: requests and their answers. */
  readonly dataPort: number
}

/** Who a node is and where. */
export interface NodeIdentity {
  /** What people call it. */
  readonly name: string
  readonly platform: NodePlatform
  /** Of Skein. */
  readonly version: string
  /** Of what nodes say to each other: `PROTOCOL_VERSION`. */
  readonly protocolVersion: number
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly addresses: readonly NodeAddress[]
  /** Certificate of its HTTPS, PEM: whoever trusts the announcement trusts this certificate alone. */
  readonly certificate: string
}

/** A model that a node could answer with. */
export interface NodeModel {
  readonly id: ModelId
  readonly name: string
  readonly aliases: readonly string[]
  readonly capabilities: readonly ModelCapability[]
  readonly isTestModel: boolean
  /** Why no engine there should be given it; null when it looks sound. */
  readonly defect: string | null
  readonly source: ModelSource
  /** sha256 of the weights; null until computed. */
  readonly digest: string | null
  readonly architecture: string
  readonly quantization: string
  readonly parameterCount: number
  readonly sizeBytes: number
  /** Tokens. */
  readonly contextLength: number
}

/** One model's queue on one node. */
export interface NodeLane {
  /** Id of the model; routes without one have a lane by service and capability. */
  readonly lane: string
  readonly slots: number
  readonly running: number
  readonly waiting: number
  /** Tokens, prompt and answer, that those who run or wait are expected to take still. */
  readonly pendingTokens: number
}

/** How busy a node is. */
export interface NodeLoad {
  /** It finishes what it has and takes nothing new. */
  readonly isDraining: boolean
  /** What all its models may take in memory together. */
  readonly budgetBytes: number
  readonly heldBytes: number
  readonly lanes: readonly NodeLane[]
  /** Models in memory, last used first. */
  readonly warm: readonly ModelId[]
}

/** Measured on the last requests of a model. */
export interface ModelSpeed {
  readonly model: ModelId
  /** Null until measured. */
  readonly prefillTokensPerSecond: number | null
  readonly decodeTokensPerSecond: number | null
  /** The last time it was opened. Null until measured. */
  readonly loadMs: number | null
}

export interface NodeService {
  readonly name: string
  readonly state: 'starting' | 'up' | 'down'
  readonly version: string | null
  /** What its routes can do: `chat`, `embed`, `rerank`, `models`. */
  readonly capabilities: readonly string[]
}

/** A versioned package or program that engines need. */
export interface NodeBackend {
  readonly name: string
  readonly version: string
  readonly digest: string | null
}

/** What a node sees of one of its links. */
export interface NodeLink {
  readonly to: NodeId
  readonly state: 'up' | 'down'
  readonly rttMs: number | null
  /** Of the last measurement that somebody asked for; null: none yet. */
  readonly bytesPerSecond: number | null
}

/** Tokens that one key has used on one node, as `TokenCount` of policy/token-count.ts. */
export interface NodeSpending {
  readonly keyId: string
  readonly day: { readonly name: string; readonly tokens: number }
  readonly month: { readonly name: string; readonly tokens: number }
  readonly total: number
}

/** Everything that a node says of itself, each part announced by itself when it changes. */
export interface NodeTopics {
  readonly identity: NodeIdentity
  readonly services: readonly NodeService[]
  readonly models: readonly NodeModel[]
  readonly load: NodeLoad
  readonly speeds: readonly ModelSpeed[]
  readonly backends: readonly NodeBackend[]
  readonly links: readonly NodeLink[]
  readonly spending: readonly NodeSpending[]
}

export type TopicName = keyof NodeTopics

export const TOPIC_NAMES = [
  'identity',
  'services',
  'models',
  'load',
  'speeds',
  'backends',
  'links',
  'spending',
] as const satisfies readonly TopicName[]

/** Nodes of other protocol versions are told so, and not talked to. */
export const PROTOCOL_VERSION = 1
