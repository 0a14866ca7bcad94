/**
 * Memory of this node, lent to a model that another node has opened: a `ggml-rpc-server` of llama.cpp that holds some of
 * its layers. It listens on loopback alone, for it asks nobody who they are: the router carries it to the other node.
 */
export const RPC_WORKER_ROUTES = {
  /** GET → `RpcBackend`; `not_supported` where the program is missing, saying how to get it. */
  backend: '/_skein/rpc-backend',
  /** POST `RpcWorkerRequest` → `HeldGrant<RpcWorkerGrant>`: the program runs until the connection closes. */
  lend: '/_skein/rpc-workers',
} as const

/** As it is announced to other nodes. Nodes whose versions differ cannot share a model: the wire changes with builds. */
export interface RpcBackend {
  readonly name: typeof RPC_BACKEND_NAME
  /** Of the llama.cpp that it is built from: `0.5.0-skein.1`. */
  readonly version: string
}

export const RPC_BACKEND_NAME = 'llama.cpp-rpc'

export interface RpcWorkerRequest {
  /** What the layers and their context will take, in bytes. */
  readonly bytes: number
  /** Which model they are of, for people. */
  readonly model: string
}

export interface RpcWorkerGrant {
  /** On loopback. */
  readonly port: number
}
