import type { networkInterfaces } from 'node:os'

/**
 * Addresses under which other machines may reach this one: not those of loopback, nor those that need a zone. IPv4 first:
 * every network of this kind has it.
 */
export const reachable = (interfaces: ReturnType<typeof networkInterfaces>): readonly string[] => {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? [])
  const outside = all.filter(({ address, internal }) => !internal && !/^fe80:/i.test(address))
  const family = (name: string): readonly string[] =>
    outside.filter((one) => one.family === name).map(({ address }) => address)
  return [...family('IPv4'), ...family('IPv6')]
}
