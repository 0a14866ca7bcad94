import type { Fault } from '@shared/fault/fault.ts'

/** A visit that ends when its key is revoked, or the node that sent it is removed. */
export interface OpenVisit {
  /** Fires, with a Fault, when it is to end. */
  readonly cut: AbortSignal
  /** The visit is over. */
  close(): void
}

/** The visits of each key, or of each node, to end them when that may do nothing any more. */
export class OpenVisits {
  readonly #visits = new Map<string, Set<AbortController>>()

  open(id: string): OpenVisit {
    const controller = new AbortController()
    const those = this.#visits.get(id) ?? new Set()
    those.add(controller)
    this.#visits.set(id, those)
    return {
      cut: controller.signal,
      close: () => {
        those.delete(controller)
        if (those.size === 0 && this.#visits.get(id) === those) this.#visits.delete(id)
      },
    }
  }

  /** @param fault what their clients are told */
  end(id: string, fault: Fault): void {
    const those = this.#visits.get(id) ?? []
    this.#visits.delete(id)
    for (const controller of those) controller.abort(fault)
  }

  /** Visits that are open now. */
  get count(): number {
    return [...this.#visits.values()].reduce((sum, { size }) => sum + size, 0)
  }
}
