import { networkInterfaces } from 'node:os'

/** Networks change when cables are pulled; reading the list takes a tenth of a millisecond. */
const READ_EVERY_MS = 1000

/** Addresses under which other machines may reach this one: not those of loopback, nor those that need a zone. */
export class LanReachable {
  #known: readonly string[] = []
  #readAtMs = Number.NEGATIVE_INFINITY

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  readonly addresses = (): readonly string[] => {
    if (this.now() - this.#readAtMs >= READ_EVERY_MS) {
      this.#known = reachable(networkInterfaces())
      this.#readAtMs = this.now()
    }
    return this.#known
  }
}

/** IPv4 first: every network of this kind has it. */
export const reachable = (interfaces: ReturnType<typeof networkInterfaces>): readonly string[] => {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? [])
  const outside = all.filter(({ address, internal }) => !internal && !/^fe80:/i.test(address))
  const family = (name: string): readonly string[] =>
    outside.filter((one) => one.family === name).map(({ address }) => address)
  return [...family('IPv4'), ...family('IPv6')]
}
