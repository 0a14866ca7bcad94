import { chooseSlot } from '../../policy/choose-slot.ts'
import type { SlotCache } from '../../policy/choose-slot.ts'

export interface TakenSlot<Sequence> {
  readonly id: number
  readonly sequence: Sequence
  /** How many tokens at the beginning of the prompt are in its cache. */
  readonly reusedTokens: number
  /** Gives the slot back. @param tokens what is in its cache now */
  release(tokens: readonly number[]): void
}

interface Slot<Sequence> extends SlotCache {
  readonly sequence: Sequence
}

interface Waiter<Sequence> {
  readonly prompt: readonly number[]
  readonly admit: (slot: TakenSlot<Sequence>) => void
}

/** Gives out the sequences of a context, first come, first served; each request gets the one that suits its prompt best. */
export class SlotBoard<Sequence> {
  readonly #free = new Map<number, Slot<Sequence>>()
  readonly #waiters = new Set<Waiter<Sequence>>()
  #uses = 0

  /** @param sequences their places are their ids */
  constructor(sequences: readonly Sequence[]) {
    for (const [id, sequence] of sequences.entries())
      this.#free.set(id, { id, sequence, tokens: [], lastUse: 0 })
  }

  /** @throws the signal's reason */
  async take(prompt: readonly number[], signal: AbortSignal): Promise<TakenSlot<Sequence>> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter)
        reject(signal.reason)
      }
      const waiter: Waiter<Sequence> = {
        prompt,
        admit(slot) {
          signal.removeEventListener('abort', leave)
          resolve(slot)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiters.add(waiter)
      this.#admit()
    })
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      const choice = chooseSlot([...this.#free.values()], waiter.prompt)
      const slot = choice === undefined ? undefined : this.#free.get(choice.id)
      if (choice === undefined || slot === undefined) return
      this.#waiters.delete(waiter)
      this.#free.delete(slot.id)
      waiter.admit(this.#taken(slot, choice.reusedTokens))
    }
  }

  #taken({ id, sequence }: Slot<Sequence>, reusedTokens: number): TakenSlot<Sequence> {
    return {
      id,
      sequence,
      reusedTokens,
      release: (tokens) => {
        this.#uses += 1
        this.#free.set(id, { id, sequence, tokens, lastUse: this.#uses })
        this.#admit()
      },
    }
  }
}
