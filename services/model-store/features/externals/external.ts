import type { RemoteModelFacts } from '@shared/dialects/external/remote-model-facts.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'

/** How the operator says a server is to be spoken to; `auto`: it is found out. */
export type ExternalKind = 'auto' | 'openai' | 'ollama'

/** A server on another machine whose models this node offers, as it is kept. Its key is kept apart. */
export interface External {
  readonly id: string
  /** Unique on this node, in the grammar of one segment of a model's id. */
  readonly name: string
  /** Without `/v1`, without credentials and without a slash at its end. */
  readonly url: string
  readonly kind: ExternalKind
  readonly hasKey: boolean
  /** Only these models, by the server's own names; null: all. */
  readonly allowedModels: readonly string[] | null
  /** How many requests one of its models gets at the same time. */
  readonly slots: number
  /** ISO 8601 UTC. */
  readonly addedAt: string
  /** What it was when it last answered. */
  readonly machine: ProbedMachine
}

/** What a look at a server found. */
export interface ProbedMachine {
  readonly product: RemoteProduct
  /** Null: it does not tell. */
  readonly version: string | null
  readonly models: readonly RemoteModelFacts[]
}

/** How a server is doing: `unknown` until the first look after a start. */
export type ExternalHealth =
  | { readonly type: 'unknown' }
  | { readonly type: 'up'; readonly latencyMs: number; readonly checkedAt: string }
  | { readonly type: 'down'; readonly reason: string; readonly checkedAt: string }

/** A server with how it is doing. */
export interface WatchedExternal {
  readonly external: External
  readonly health: ExternalHealth
}
