import type { LeaseReport } from '@shared/contracts/memory-lease.ts'
import { RPC_BACKEND_NAME } from '@shared/contracts/rpc-worker.ts'
import type { RpcBackend, RpcWorkerGrant, RpcWorkerRequest } from '@shared/contracts/rpc-worker.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { MemoryLeases } from '../engine-pool/memory-leases.ts'
import type { RpcServer, RpcServers } from './rpc-servers.ts'

export interface RpcWorkerDeskPorts {
  readonly servers: RpcServers
  readonly leases: MemoryLeases
  /** What is lent has changed. */
  readonly onChange: () => void
  /** Unix milliseconds. */
  readonly now: () => number
  readonly log: Log
}

/** A worker that runs for another node. */
export interface LentWorker {
  readonly grant: RpcWorkerGrant
  /** Resolves, never rejects, with the reason, when it is gone and its memory free. */
  readonly ended: Promise<string>
  /** Idempotent. */
  end(): Promise<void>
}

interface Entry {
  readonly leaseId: string
  readonly bytes: number
  readonly version: string
  readonly since: string
  readonly server: RpcServer
}

const ENGINE = 'ggml-rpc-server'
/** Idle models of our own make room meanwhile; the other node may ask somebody else. */
const WAIT_FOR_MEMORY_MS = 10_000
/** In the ledger: whose model it is a part of is that node's business. */
const LENT = 'memory-lent-to-other-nodes'

/** Lends memory of this node to models of other nodes: each time a program, and a lease for what it will hold. */
export class RpcWorkerDesk {
  readonly #entries = new Map<string, Entry>()

  constructor(private readonly ports: RpcWorkerDeskPorts) {}

  /** @throws Fault `not_supported` where this node has no worker, saying how to get it */
  async backend(): Promise<RpcBackend> {
    const version = await this.ports.servers.version()
    if (version === undefined) {
      throw new Fault(
        'not_supported',
        'There is no RPC worker of llama.cpp on this node: run `skein backends build llama-server` here.',
      )
    }
    return { name: RPC_BACKEND_NAME, version }
  }

  /** @throws Fault `not_supported`, `overloaded` when the memory is not free, `unavailable` */
  async lend({ bytes, model }: RpcWorkerRequest, signal: AbortSignal): Promise<LentWorker> {
    const { leases, log, onChange, now, servers } = this.ports
    const { version } = await this.backend()
    const want = { model: lentModel(), engine: ENGINE, bytes, waitMs: WAIT_FOR_MEMORY_MS }
    const leaseId = await leases.acquire(want, signal)
    const server = await servers.start(signal).catch(async (error: unknown) => {
      await leases.release(leaseId)
      throw error
    })
    this.#entries.set(leaseId, { leaseId, bytes, version, server, since: new Date(now()).toISOString() })
    log.info({ model, bytes, processId: server.processId }, 'memory lent to another node')
    onChange()
    const ended = server.exited.then(async (reason) => {
      this.#entries.delete(leaseId)
      await leases.release(leaseId)
      log.info({ model, reason }, 'memory is no longer lent')
      onChange()
      return `the program that held its layers ended: ${reason}`
    })
    return {
      grant: { port: server.port },
      ended,
      async end() {
        await server.stop()
        await ended
      },
    }
  }

  /** Whether the lease is one of a worker: at work as long as it is lent, so it is never given up for others. */
  holds(leaseId: string): boolean {
    return this.#entries.has(leaseId)
  }

  /** For the ledger, beside those of our own engines. */
  reports(): Promise<readonly LeaseReport[]> {
    return Promise.all(
      [...this.#entries.values()].map(async ({ bytes, leaseId, server, since, version }) => ({
        leaseId,
        model: lentModel(),
        engine: ENGINE,
        engineVersion: version,
        bytes,
        residentBytes: await server.residentBytes(),
        state: 'ready' as const,
        activeRequests: 1,
        lastUsedAt: since,
        expiresAt: null,
        contextTokens: 0,
        slots: 1,
        processId: server.processId,
      })),
    )
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ server }) => server.stop()))
  }
}

const lentModel = (): ModelId => {
  const model = parseModelId(LENT)
  if (model === undefined) throw new Fault('internal', 'What is lent has no name.')
  return model
}
