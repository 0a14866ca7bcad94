import type { ModelId } from '@shared/inference/model-card.ts'

/** Control plane of one model on several nodes: the chat service asks its router for layers elsewhere. */
export const SHARD_ROUTES = {
  /** On the router's socket. POST `ShardNeeds` → `HeldGrant<ShardGrant>`: lent until the connection closes. */
  open: '/_skein/shards',
  /** On the chat service's socket. GET → `ShardNeeds` of a model; 404 `model_not_found`. */
  needs: '/_skein/shard-needs/:model',
} as const

/** What a model takes in memory, in pieces that can lie on different nodes. All sizes in bytes. */
export interface ShardNeeds {
  readonly model: ModelId
  /** Of its weights, all of which one node has as a file. */
  readonly fileBytes: number
  /** Blocks of the network: a node holds whole ones. */
  readonly layers: number
  /** Numbers that go from one block to the next. */
  readonly embeddingLength: number
  /** What every node that lends takes beside its layers: the program and its working buffers. */
  readonly workerBytes: number
  /** How it may be opened, best first. */
  readonly sizes: readonly ShardSize[]
  /** Of `RpcBackend` on this node; null: it has none and cannot open a model over several nodes. */
  readonly backendVersion: string | null
}

export interface ShardSize {
  readonly contextTokens: number
  readonly slots: number
  /** What the node that opens it holds beside layers: vocabulary, working buffers, process. */
  readonly headBytes: number
  /** One block's weights and its part of the context, on a node that lends. */
  readonly layerBytes: number
  /** The same on the node that opens it: engines keep weights of their own in another order, which may take more. */
  readonly localLayerBytes: number
}

export interface ShardGrant {
  /** Index in `ShardNeeds.sizes`. */
  readonly size: number
  /** Blocks that stay on this node. */
  readonly localLayers: number
  /** What this node needs for its own part, in bytes. */
  readonly localBytes: number
  /** In order; each an address on loopback behind which a program of another node waits. */
  readonly workers: readonly { readonly endpoint: string; readonly layers: number }[]
  /** What to expect, for people. */
  readonly words: string
}
