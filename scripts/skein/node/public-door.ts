import { reachOf } from '@shared/access/address-reach.ts'
import { checkBinding } from '@shared/access/check-binding.ts'
import type { Binding, BoundReach } from '@shared/access/check-binding.ts'
import { machineAddresses } from '@shared/access/machine-addresses.ts'
import { Fault } from '@shared/fault/fault.ts'
import { CommandFailure, EXIT_CODE } from '../terminal/command-failure.ts'

export interface DoorWish {
  /** An IP address or `localhost`, with or without brackets. */
  readonly host: string
  readonly allowsPublic: boolean
  readonly hasGoodKey: boolean
}

/** Where the public door of a node is. Hosts are as they stand in a URL. */
export interface PublicDoor {
  readonly listenOn: string
  /** Under which this machine reaches it. */
  readonly localHost: string
  /** Under which other machines reach it, the likeliest first; none on loopback. */
  readonly lanHosts: readonly string[]
}

/** All IPv4 addresses. Not `::`: most machines with IPv6 have an address there that the whole internet can reach. */
export const LAN_HOST = '0.0.0.0'

/**
 * @param addresses of this machine
 * @throws CommandFailure for an address that the node must not listen on, with what to type instead
 */
export const planDoor = (wish: DoorWish, addresses: readonly string[] = machineAddresses()): PublicDoor => {
  const address = wish.host.replaceAll(/[[\]]/g, '')
  const reach = checkWish({ ...wish, host: address, machineAddresses: addresses })
  const listenOn = inUrl(address)
  if (reach === 'this-machine') return { listenOn, localHost: listenOn, lanHosts: [] }
  if (reachOf(address) !== 'every') return { listenOn, localHost: listenOn, lanHosts: [listenOn] }
  const served = addresses.filter((own) => address !== LAN_HOST || !own.includes(':'))
  return {
    listenOn,
    localHost: address === LAN_HOST ? '127.0.0.1' : '[::1]',
    lanHosts: likeliestFirst(served).map(inUrl),
  }
}

const checkWish = (binding: Binding): BoundReach => {
  try {
    return checkBinding(binding)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new CommandFailure(error.message, { exitCode: EXIT_CODE.usage, cause: error })
  }
}

const inUrl = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** Home and office networks first; what containers and virtual machines have (172.16…) after them. */
const LIKELY = [/^192\.168\./, /^10\./, /^100\./, /^172\./, /./]

const likeliestFirst = (addresses: readonly string[]): readonly string[] =>
  addresses
    .filter((address) => reachOf(address) !== 'loopback' && !/^(169\.254\.|fe80:)/i.test(address))
    .toSorted((one, other) => rankOf(one) - rankOf(other))

const rankOf = (address: string): number => LIKELY.findIndex((pattern) => pattern.test(address))

/**
 * The port that the door will have: the wanted one, or any free one for 0.
 * @throws CommandFailure when another program has it, or the address is none of this machine's
 */
export const choosePort = (host: string, wanted: number): number => {
  const hostname = host.replaceAll(/[[\]]/g, '')
  try {
    const listener = Bun.listen({ hostname, port: wanted, socket: { data: () => undefined } })
    const { port } = listener
    listener.stop(true)
    return port
  } catch (error) {
    if (isNotOurs(error))
      throw new CommandFailure(`${host} is no address of this machine.`, {
        nextStep: `It has: ${machineAddresses().join(', ')}`,
        cause: error,
      })
    throw new CommandFailure(`Port ${wanted} on ${host} cannot be used: another program may have it.`, {
      nextStep: `Choose another one: --port ${wanted < 65_535 ? wanted + 1 : 0}`,
      cause: error,
    })
  }
}

const isNotOurs = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL'
