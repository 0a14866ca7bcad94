import type { WrittenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import type { ResponseItem } from '@shared/dialects/openai/responses/responses-items.ts'
import type { ResponseResource } from '@shared/dialects/openai/responses/responses-resource.ts'

/** An item that is kept. Responses of one conversation share theirs. */
export interface StoredItem {
  readonly item: ResponseItem
  /** Absent for an item that is not kept yet. */
  readonly key?: number
}

export interface StoredResponse {
  readonly resource: ResponseResource
  /** Its events are kept too. */
  readonly isStreamed: boolean
}

export interface StoredEvents {
  /** Number of the oldest event that is still kept; undefined when none is. */
  readonly oldest: number | undefined
  readonly events: readonly WrittenEvent[]
}

/**
 * Responses beyond the life of this process. A call returns when it is on the disk; what was running when the process
 * died is found as it was last saved.
 */
export interface ResponseStore {
  /** @param context everything that the response is made from, in order: new items, and those that are kept already */
  create(response: StoredResponse, context: readonly StoredItem[]): void
  /** A response that is unknown by now (it was deleted) stays unknown. */
  save(resource: ResponseResource): void
  find(id: string): StoredResponse | undefined
  /** Responses that were queued or in progress when they were last saved. */
  unfinished(): readonly StoredResponse[]
  /** The items that a response was made from, in order. */
  input(id: string): readonly StoredItem[]
  /** The items that it is made of, once it has been saved as done. */
  output(id: string): readonly StoredItem[]
  /** The newest item of that id, of the input or the output of any response. */
  findItem(itemId: string): StoredItem | undefined
  /** @param oldest number of the oldest event that is to be kept */
  appendEvents(id: string, events: readonly WrittenEvent[], oldest: number): void
  /** At most `limit` events with a number above `after`, in order. */
  events(id: string, after: number, limit: number): StoredEvents
  /** Forgets a response with everything that no other one needs. @returns whether it was there */
  remove(id: string): boolean
  /** Forgets the oldest responses that are done, until at most this many are left. */
  keepNewest(count: number): void
}
