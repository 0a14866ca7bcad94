import { createAlphabet } from './alphabet.ts'
import type { Alphabet } from './alphabet.ts'
import { union } from './character-set.ts'
import type { CharacterSet } from './character-set.ts'
import type { TextAutomaton } from './text-automaton.ts'

/** Where an automaton is that is in one place at a time. */
export interface State {
  readonly isFinal: boolean
  /** What leads where: no character leads to two states. */
  readonly next: ReadonlyMap<State, CharacterSet>
}

const MAX_STATES = 2000
const MAX_STEPS = 200_000

/**
 * The texts that all these automata know, as one that never has a choice: so llama.cpp, too, has only one way to go,
 * however a pattern repeats itself.
 * @returns its first state; undefined when it would be too large
 */
export const determineAutomata = (automata: readonly TextAutomaton[]): State | undefined => {
  const sets = automata.flatMap(({ places }) => places.flatMap(({ moves }) => moves.map(([set]) => set)))
  const construction = new Construction(automata, createAlphabet(sets))
  const first = construction.stateOf(automata.map((_, index) => construction.reach(index, [0])))
  return construction.complete() ? first : undefined
}

/** Places for each of the automata. */
type Places = readonly ReadonlySet<number>[]

interface OpenState extends State {
  readonly places: Places
  readonly next: Map<State, CharacterSet>
}

class Construction {
  readonly #automata: readonly TextAutomaton[]
  readonly #alphabet: Alphabet
  readonly #states = new Map<string, OpenState>()
  #steps = 0

  constructor(automata: readonly TextAutomaton[], alphabet: Alphabet) {
    this.#automata = automata
    this.#alphabet = alphabet
  }

  stateOf(places: Places): OpenState {
    const key = places.map((set) => [...set].toSorted((one, other) => one - other).join(' ')).join(';')
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const isFinal = this.#automata.every(({ end }, index) => places[index]?.has(end) === true)
    const state: OpenState = { places, isFinal, next: new Map() }
    this.#states.set(key, state)
    return state
  }

  /** Goes on until every state is known. @returns false when there are too many */
  complete(): boolean {
    for (const state of this.#states.values()) {
      for (const [number, set] of this.#alphabet.classes.entries()) this.#connect(state, number, set)
      if (this.#states.size > MAX_STATES || this.#steps > MAX_STEPS) return false
    }
    return true
  }

  #connect(state: OpenState, number: number, set: CharacterSet): void {
    const places = state.places.map((from, index) => this.reach(index, this.#after(index, from, number)))
    if (places.some(({ size }) => size === 0)) return
    const next = this.stateOf(places)
    state.next.set(next, union(state.next.get(next) ?? [], set))
  }

  /** Where a class of characters leads from these places. */
  #after(index: number, from: ReadonlySet<number>, number: number): readonly number[] {
    return [...from].flatMap((place) =>
      (this.#automata[index]?.places[place]?.moves ?? [])
        .filter(([set]) => this.#alphabet.classesIn(set).includes(number))
        .map(([, to]) => to),
    )
  }

  /** These places, and those that one gets to from there for nothing. */
  reach(index: number, from: readonly number[]): ReadonlySet<number> {
    const reached = new Set<number>()
    const waiting = [...from]
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (reached.has(place)) continue
      reached.add(place)
      this.#steps += 1
      waiting.push(...(this.#automata[index]?.places[place]?.jumps ?? []))
    }
    return reached
  }
}
