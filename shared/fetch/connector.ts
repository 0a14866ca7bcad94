/** One HTTP request to one address. The name is only what the headers and the certificate speak of. */
export interface WireRequest {
  /** A plain IP address that was checked. */
  readonly address: string
  readonly port: number
  readonly isSecure: boolean
  /** Whom the certificate must name; undefined when the URL names an address. */
  readonly serverName: string | undefined
  readonly method: string
  readonly pathAndQuery: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  readonly maxHeaderBytes: number
}

export interface WireReply {
  readonly status: number
  /** In their order; a name may occur twice. Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** As sent, still packed. Rejects with `WireFailure` when the connection breaks before its end. Read at most once. */
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the connection, however much was read. */
  close(): void
}

export interface WireWatch {
  readonly signal: AbortSignal
  /** Called once, when bytes of the request may leave. */
  onConnected(): void
}

/**
 * Connects to exactly `address`: no name is resolved, no redirect followed, no proxy used, nothing unpacked,
 * no connection kept for others. When the signal fires, the connection is gone and the promise rejects.
 */
export interface Connector {
  /** Resolves with the head of the reply. @throws WireFailure */
  exchange(request: WireRequest, watch: WireWatch): Promise<WireReply>
}

/**
 * - `unreachable`: nothing of the request has left.
 * - `untrusted`: the certificate is not valid for the name.
 * - `headers_too_large`, `broken`: it answered, but not with HTTP that can be used.
 */
export type WireFailureReason = 'unreachable' | 'untrusted' | 'headers_too_large' | 'broken'

export class WireFailure extends Error {
  readonly reason: WireFailureReason

  constructor(reason: WireFailureReason, cause: unknown) {
    super(`The connection failed: ${reason}`, { cause })
    this.reason = reason
  }
}
