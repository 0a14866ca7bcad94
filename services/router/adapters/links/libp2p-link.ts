import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface'
import { LARGEST_MESSAGE_BYTES } from '../../features/cluster/peer-network.ts'
import type { PeerLink } from '../../features/cluster/peer-network.ts'
import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'
import type { NodeId } from '../../policy/cluster/node-id.ts'
import { frameMessage, MessageReader } from './message-reader.ts'

/** What may wait for a peer to read it. A few of the largest messages: then it does not read. */
export const MOST_BUFFERED_BYTES = 4 * LARGEST_MESSAGE_BYTES

/** How long what was sent may take to get out when a link is closed. */
const CLOSE_WITHIN_MS = 1000

export interface LinkListener {
  onMessage(link: PeerLink, message: Uint8Array): void
  /** Once. */
  onDown(link: PeerLink, trouble: LinkTrouble): void
}

export interface LinkEnds {
  readonly nodeId: NodeId
  readonly remoteHost: string
  readonly connection: Connection
  /** The only stream of the connection. */
  readonly stream: Stream
}

/** A link: one connection of libp2p with one stream, which carries messages with their length before them. */
export class Libp2pLink implements PeerLink {
  readonly linkId: string
  readonly nodeId: NodeId
  readonly remoteHost: string
  readonly isOutbound: boolean
  readonly #connection: Connection
  readonly #stream: Stream
  readonly #listener: LinkListener
  readonly #reader = new MessageReader(LARGEST_MESSAGE_BYTES)
  #isDown = false
  #closing: Promise<void> = Promise.resolve()

  constructor({ connection, nodeId, remoteHost, stream }: LinkEnds, listener: LinkListener) {
    this.linkId = connection.id
    this.nodeId = nodeId
    this.remoteHost = remoteHost
    this.isOutbound = connection.direction === 'outbound'
    this.#connection = connection
    this.#stream = stream
    this.#listener = listener
  }

  /** From now on its events are told; what came before waits until then. */
  begin(): void {
    const onEnd = (): void => this.#break('closed')
    this.#stream.addEventListener('close', onEnd)
    this.#stream.addEventListener('end', onEnd)
    this.#connection.addEventListener('close', onEnd)
    this.#stream.addEventListener('message', (event) => this.#onBytes(event))
    if (this.#connection.status !== 'open' || this.#stream.status !== 'open') queueMicrotask(onEnd)
  }

  get bufferedBytes(): number {
    return this.#stream.writeBufferLength
  }

  send(message: Uint8Array): void {
    if (this.#isDown) return
    // Not at once: who sends is not called back in the middle of it.
    const breakSoon = (trouble: LinkTrouble): void => queueMicrotask(() => this.#break(trouble))
    if (message.byteLength > LARGEST_MESSAGE_BYTES) return breakSoon('closed')
    try {
      this.#stream.send(frameMessage(message))
    } catch {
      return breakSoon('closed')
    }
    if (this.bufferedBytes > MOST_BUFFERED_BYTES) breakSoon('silent')
  }

  close(): void {
    if (this.#isDown) return
    this.#isDown = true
    this.#closing = this.#closeSoon()
    queueMicrotask(() => this.#listener.onDown(this, 'closed'))
  }

  /** Resolves when nothing of it is left; at once for one that is up. */
  get closed(): Promise<void> {
    return this.#closing
  }

  #onBytes({ data }: StreamMessageEvent): void {
    if (this.#isDown) return
    const messages = this.#reader.push(data.subarray())
    for (const message of messages ?? []) {
      if (this.#isDown) return
      this.#listener.onMessage(this, message)
    }
    if (messages === undefined) this.#break('closed')
  }

  #break(trouble: LinkTrouble): void {
    if (this.#isDown) return
    this.#isDown = true
    this.#connection.abort(new Error(`The link is down: ${trouble}`))
    this.#listener.onDown(this, trouble)
  }

  /** What is still to be sent goes out first, if the other end takes it. */
  async #closeSoon(): Promise<void> {
    const signal = AbortSignal.timeout(CLOSE_WITHIN_MS)
    try {
      await this.#stream.close({ signal })
      await this.#connection.close({ signal })
    } catch (error) {
      this.#connection.abort(error instanceof Error ? error : new Error('Not closed'))
    }
  }
}
