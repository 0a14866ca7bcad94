/** A program that holds layers of somebody else's model. */
export interface RpcServer {
  /** On loopback. It serves one connection at a time. */
  readonly port: number
  readonly processId: number
  /** Resolves, never rejects, with the reason, when it is gone. */
  readonly exited: Promise<string>
  /** Bytes of memory that it holds now; 0 when it is gone. */
  residentBytes(): Promise<number>
  /** Idempotent. */
  stop(): Promise<void>
}

/** Starts such programs. */
export interface RpcServers {
  /** Undefined: there is none on this node. */
  version(): Promise<string | undefined>
  /** @throws Fault `not_supported` where there is none, `unavailable` when it does not come up */
  start(signal: AbortSignal): Promise<RpcServer>
}
