/** Reproducible numbers: the same seed gives the same sequence on every machine. Not for secrets. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A 32-bit unsigned integer (the mulberry32 generator). */
  uint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** A number in [0, 1). */
  uniform(): number {
    return this.uint32() / 2 ** 32
  }

  /**
   * Roughly normal with mean 0 and deviation 1: three uniforms minus 1.5, which has deviation 1/2, doubled.
   * No Box–Muller, because Math.cos and Math.log may differ in the last bit between machines.
   */
  bell(): number {
    return (this.uniform() + this.uniform() + this.uniform() - 1.5) * 2
  }
}
