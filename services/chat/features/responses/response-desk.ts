import { writtenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import { isDone } from '@shared/dialects/openai/responses/responses-resource.ts'
import type { ResponseResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import { ResponseWriter } from '@shared/dialects/openai/responses/responses-writer.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import { ResponseRun } from './response-run.ts'
import type { RunFacts, RunKeeper } from './response-run.ts'
import type { ResponseStore, StoredItem } from './response-store.ts'

export interface ResponseDeskPorts {
  readonly store: ResponseStore
  /** Most responses that are kept. */
  readonly keep: number
  /** Unix milliseconds. */
  readonly now: () => number
  readonly elapsedMs: () => number
  readonly log: Log
}

/** Responses that are written at the same time; in the background nothing else would limit them. */
export const MOST_RUNNING = 256

/** What a response that goes on from another one begins with. */
export interface Conversation {
  readonly id: string
  readonly items: readonly StoredItem[]
}

/** All responses that can be asked for: those that are being written, and those that are stored. */
export class ResponseDesk {
  private readonly runs = new Map<string, ResponseRun>()

  constructor(private readonly ports: ResponseDeskPorts) {
    this.failInterrupted()
  }

  /** A run of a response that has not begun; nobody can ask for it before `admit`. */
  prepare(initial: ResponseResource, facts: Omit<RunFacts, 'elapsedMs'>): ResponseRun {
    const { elapsedMs, now } = this.ports
    const writer = new ResponseWriter(initial, now)
    const keepsEvents = facts.keepsEvents && initial.store
    return new ResponseRun(
      writer,
      { ...facts, keepsEvents, elapsedMs },
      initial.store ? this.keeper : undefined,
    )
  }

  /** From now on it can be asked for, unless it is not to be stored. @throws Fault `queue_full` */
  admit(run: ResponseRun): void {
    const { facts, resource } = run
    if (!resource.store) return
    if (this.runs.size >= MOST_RUNNING) {
      throw new Fault(
        'queue_full',
        `${MOST_RUNNING} responses are being written or wait for it. Try again later.`,
        {
          retryAfterSeconds: 5,
        },
      )
    }
    this.ports.store.create({ resource, isStreamed: facts.keepsEvents }, facts.context)
    this.runs.set(resource.id, run)
    this.guarded(() => this.ports.store.keepNewest(this.ports.keep))
  }

  /** @throws Fault `not_found` */
  get(id: string): ResponseResource {
    const resource = this.runs.get(id)?.resource ?? this.ports.store.find(id)?.resource
    if (resource === undefined) throw notFound(id, 'response_id')
    return resource
  }

  /** Undefined for a response that is not being written. */
  running(id: string): ResponseRun | undefined {
    return this.runs.get(id)
  }

  /** Stops a response; one that is done stays as it is. @throws Fault `not_found` */
  cancel(id: string): ResponseResource {
    this.runs.get(id)?.cancel()
    return this.get(id)
  }

  /** Forgets a response, and stops it first. @throws Fault `not_found` */
  remove(id: string): void {
    this.runs.get(id)?.cancel()
    if (!this.ports.store.remove(id)) throw notFound(id, 'response_id')
  }

  /** @throws Fault `not_found` */
  input(id: string): readonly StoredItem[] {
    this.get(id)
    return this.ports.store.input(id)
  }

  /** Input and output of a response. @throws Fault `not_found`; `conflict` while it is being written */
  conversation(id: string): Conversation {
    const response = this.ports.store.find(id)
    if (response === undefined) throw notFound(id, 'previous_response_id')
    if (this.runs.has(id) || !isDone(response.resource.status)) {
      throw new Fault(
        'conflict',
        `The response '${id}' is still being written. Go on from it when it is done.`,
        {
          param: 'previous_response_id',
        },
      )
    }
    return { id, items: [...this.ports.store.input(id), ...this.ports.store.output(id)] }
  }

  private readonly keeper: RunKeeper = {
    keepEvents: (id, events, oldest) => this.guarded(() => this.ports.store.appendEvents(id, events, oldest)),
    keepEnd: (run) => {
      this.guarded(() => this.ports.store.save(run.resource))
      this.runs.delete(run.resource.id)
    },
  }

  /** What was being written when this process last died will never be done. */
  private failInterrupted(): void {
    const { now, store } = this.ports
    for (const { isStreamed, resource } of store.unfinished()) {
      const next = isStreamed ? lastSequence(store, resource.id) + 1 : 0
      const writer = new ResponseWriter(resource, now, next)
      const events = writer.fail(interrupted()).map(writtenEvent)
      if (isStreamed) store.appendEvents(resource.id, events, 0)
      store.save(writer.resource())
    }
  }

  /** An answer is not lost because it could not be kept. */
  private guarded(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.ports.log.error({ err: error }, 'a response could not be stored')
    }
  }
}

const lastSequence = (store: ResponseStore, id: string): number => {
  let last = -1
  for (;;) {
    const { events } = store.events(id, last, 1000)
    const newest = events.at(-1)
    if (newest === undefined) return last
    last = newest.sequence
  }
}

const interrupted = (): Fault =>
  new Fault(
    'engine_failed',
    'The chat service of this node was stopped while it wrote this response. Create it again.',
  )

const notFound = (id: string, param: string): Fault =>
  new Fault(
    'not_found',
    `There is no response with the id '${id.slice(0, 128)}' on this node. It was not stored, was deleted, or was too old to be kept.`,
    { param },
  )
