import type { ServiceName } from './service-name.ts'

/** Wire APIs that Skein speaks. */
export const DIALECT_NAMES = ['openai', 'anthropic', 'ollama', 'localai', 'toolpiper'] as const
export type DialectName = (typeof DIALECT_NAMES)[number]

/**
 * Which nodes may answer a route.
 * - `placed`: any able node
 * - `owned`: the node that the id in the path names
 * - `gathered`: all nodes, merged into one list
 * - `local`: this node, or the one that `?node=` names
 */
export type RouteKind = 'placed' | 'owned' | 'gathered' | 'local'

/** What the router must know of a list to make one of those of all nodes. */
export interface ListFacts {
  /** Of the reply, with the entries. */
  readonly field: string
  /** Of an entry: entries of two nodes that have the same are one, with both nodes named. */
  readonly key: string
  /**
   * Which page of the list is told. Absent: all of it.
   * - `toolpiper`: `limit`, `after` → `hasMore`, `nextCursor`
   * - `anthropic`: `limit`, `after_id`, `before_id` → `has_more`, `first_id`, `last_id`; only for requests with a header
   *   `anthropic-version`
   */
  readonly paging?: 'toolpiper' | 'anthropic'
  /** Of one entry on several nodes, the one whose field has the value that stands first here is told. Absent: any. */
  readonly prefers?: { readonly field: string; readonly values: readonly string[] }
}

/** What a key must allow. `public` routes answer without one. */
export type RouteScope = 'public' | 'inference' | 'manage' | 'metrics' | 'admin'

/** What the caller of a route declares about it, beside its handler. */
export interface RouteFacts {
  readonly dialect: DialectName
  /** What a node must be able to do to answer it: `chat`, `embed`, `models`, `node`. */
  readonly capability: string
  readonly scope: RouteScope
  readonly kind: RouteKind
  /** Largest body in bytes; 0 for routes without one. */
  readonly bodyLimitBytes: number
  /** `engine`: waits in the fair queue for a free slot of its model. */
  readonly admission: 'engine' | 'none'
  /** Of a `gathered` route. */
  readonly list?: ListFacts
}

export interface RouteEntry extends RouteFacts {
  /** Upper case; `WS` for a WebSocket. */
  readonly method: string
  /** With `:name` parameters, as Elysia writes them; `*` as last segment matches the rest. */
  readonly path: string
}

/** What a service tells the router about itself. */
export interface ServiceManifest {
  readonly service: ServiceName
  readonly version: string
  /** Differs after each start of the service. */
  readonly instance: string
  /** How many requests a model works on at the same time, for routes with `admission: 'engine'`. */
  readonly slotsPerModel: number
  readonly routes: readonly RouteEntry[]
}
