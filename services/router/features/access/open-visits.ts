import { Fault } from '@shared/fault/fault.ts'

/** A visit that a revoked key would end. */
export interface OpenVisit {
  /** Fires, with a Fault, when its key is revoked. */
  readonly cut: AbortSignal
  /** The visit is over. */
  close(): void
}

/** The visits of each key, to end them when the key is revoked. */
export class OpenVisits {
  readonly #visits = new Map<string, Set<AbortController>>()

  open(keyId: string): OpenVisit {
    const controller = new AbortController()
    const ofKey = this.#visits.get(keyId) ?? new Set()
    ofKey.add(controller)
    this.#visits.set(keyId, ofKey)
    return {
      cut: controller.signal,
      close: () => {
        ofKey.delete(controller)
        if (ofKey.size === 0 && this.#visits.get(keyId) === ofKey) this.#visits.delete(keyId)
      },
    }
  }

  onRevoked(keyId: string): void {
    const ofKey = this.#visits.get(keyId) ?? []
    this.#visits.delete(keyId)
    for (const controller of ofKey) controller.abort(new Fault('unauthorized', 'This API key was revoked.'))
  }

  /** Visits that are open now. */
  get count(): number {
    return [...this.#visits.values()].reduce((sum, { size }) => sum + size, 0)
  }
}
