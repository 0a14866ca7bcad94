/** Headers between the router and the services. The router removes them from what comes in from outside. */
export const INTERNAL_HEADER = {
  /** Resolved `ModelId` of a placed request. */
  model: 'x-skein-model',
  /** Unix milliseconds after which the caller no longer waits. */
  deadline: 'x-skein-deadline',
  /** Whose share of this node the request is taken from: the id of a key, `local`, or a service for work of its own. */
  caller: 'x-skein-caller',
  /** A `RequestClass`. The only one of these that also a client may send: `batch` is for work that has time. */
  class: 'x-skein-class',
  /** Milliseconds that the request waited in the queue; on replies too. */
  queueMs: 'x-skein-queue-ms',
  /** The visit that a request belongs to: one for each request that came in, whatever request id its client chose. */
  visit: 'x-skein-visit',
} as const

/** On every reply of the router: name of the node that has answered. */
export const NODE_HEADER = 'x-skein-node'
/** On replies to placed requests: why that node, in short. */
export const ROUTE_HEADER = 'x-skein-route'
/** On merged lists: names of the nodes whose part is not in them. */
export const NODES_MISSING_HEADER = 'x-skein-nodes-missing'
/** On failures: the `FaultCode`, whatever the dialect makes of it in its envelope. Another router decides by it. */
export const FAULT_HEADER = 'x-skein-fault'

/** One id for a request through all processes; taken from the client when it sends a sane one. */
export const REQUEST_ID_HEADER = 'x-request-id'
