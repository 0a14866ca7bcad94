import type { CharacterSet } from './character-set.ts'
import { oneCharacter } from './character-set.ts'
import type { Expression } from './grammar-expression.ts'

/** A place in an automaton that may be in several at once: where it can go, by characters and for nothing. */
interface Place {
  readonly moves: (readonly [set: CharacterSet, to: number])[]
  readonly jumps: number[]
}

/** A nondeterministic automaton for the texts of an expression over characters: from 0 to `end`. */
export interface TextAutomaton {
  readonly places: readonly Place[]
  readonly end: number
}

const MAX_PLACES = 5000

/** @returns undefined when the expression counts too far */
export const createTextAutomaton = (expression: Expression): TextAutomaton | undefined => {
  const builder = new AutomatonBuilder()
  const end = builder.add(expression, builder.place())
  return builder.isFull ? undefined : { places: builder.places, end }
}

class AutomatonBuilder {
  readonly places: Place[] = []

  get isFull(): boolean {
    return this.places.length > MAX_PLACES
  }

  place(): number {
    this.places.push({ moves: [], jumps: [] })
    return this.places.length - 1
  }

  /** Adds the texts of an expression after a place. @returns where they end */
  add(expression: Expression, from: number): number {
    if (this.isFull) return from
    switch (expression.type) {
      case 'characters':
        return this.#move(from, expression.set)
      case 'literal':
        return Array.from(expression.text, (character) => oneCharacter(character.codePointAt(0) ?? 0)).reduce(
          (place, set) => this.#move(place, set),
          from,
        )
      case 'sequence':
        return expression.parts.reduce((place, part) => this.add(part, place), from)
      case 'choice':
        return this.#choose(expression.options, from)
      case 'repeat':
        return this.#repeat(expression, from)
      case 'rule':
        throw new Error('Rules have no place in an automaton.')
    }
  }

  #move(from: number, set: CharacterSet): number {
    const to = this.place()
    this.places[from]?.moves.push([set, to])
    return to
  }

  #jump(from: number, to: number): void {
    this.places[from]?.jumps.push(to)
  }

  #choose(options: readonly Expression[], from: number): number {
    const end = this.place()
    for (const option of options) {
      const start = this.place()
      this.#jump(from, start)
      this.#jump(this.add(option, start), end)
    }
    return end
  }

  #repeat({ part, min, max }: Extract<Expression, { type: 'repeat' }>, from: number): number {
    let place = from
    for (let count = 0; count < min && !this.isFull; count++) place = this.add(part, place)
    if (max === undefined) return this.#loop(part, place)
    const end = this.place()
    for (let count = min; count < max && !this.isFull; count++) {
      this.#jump(place, end)
      place = this.add(part, place)
    }
    this.#jump(place, end)
    return end
  }

  #loop(part: Expression, from: number): number {
    const start = this.place()
    const end = this.place()
    this.#jump(from, start)
    this.#jump(start, end)
    this.#jump(this.add(part, start), start)
    return end
  }
}
