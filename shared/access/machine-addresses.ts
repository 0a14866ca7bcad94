import { hostname, networkInterfaces } from 'node:os'

/** All addresses that this machine has now, without zones; those of loopback are among them. */
export const machineAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address.replace(/%.*$/, ''))

/** Names and addresses under which other machines may know this one, as they stand in a `Host` header. */
export const machineNames = (): readonly string[] => {
  const name = hostname().toLowerCase()
  const [first = name] = name.split('.')
  const addresses = machineAddresses().map((address) => (address.includes(':') ? `[${address}]` : address))
  return [...new Set([name, first, `${first}.local`, ...addresses])].filter((known) => known !== '')
}
