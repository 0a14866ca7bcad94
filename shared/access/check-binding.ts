import { Fault } from '@shared/fault/fault.ts'
import { reachOf } from './address-reach.ts'

/** Where a node is to listen, and what it has to guard it with. */
export interface Binding {
  /** An IP address, or `localhost`; brackets around IPv6 do not matter. */
  readonly host: string
  /** Whether some key can open the door now. */
  readonly hasGoodKey: boolean
  /** The operator wants to be reached from the internet. */
  readonly allowsPublic: boolean
  /** All addresses that this machine has now. */
  readonly machineAddresses: readonly string[]
}

/**
 * Whether a node may listen there, and whether other machines can then reach it.
 *
 * 1. Loopback needs nothing.
 * 2. Beyond it a good key is needed, or anyone nearby could use this machine.
 * 3. An address of the internet needs to be asked for by name; `0.0.0.0` is one where the machine has such an address.
 * @throws Fault `invalid_request`, with what to type instead
 */
export const checkBinding = ({ allowsPublic, hasGoodKey, host, machineAddresses }: Binding): BoundReach => {
  const address = host.replaceAll(/[[\]]/g, '')
  const reach = address === 'localhost' ? 'loopback' : reachOf(address)
  if (reach === undefined) throw refuse(`${host.slice(0, 100)} is not an IP address.`, NAME_ADDRESS)
  if (reach === 'loopback') return 'this-machine'
  if (!hasGoodKey)
    throw refuse(
      `Refusing to listen on ${host}: this node has no keys, so whoever reaches that address could use it.`,
      'Make one with `skein key add`, or start with `skein up --lan`, which makes the first one.',
    )
  const exposed = reach === 'every' ? machineAddresses.find((own) => isServedBy(own, address)) : address
  if (!allowsPublic && exposed !== undefined && reachOf(exposed) === 'public')
    throw refuse(
      `Refusing to listen on ${host}: ${exposed} can be reached from the internet.`,
      'Listen on a private address (`skein up --host 192.168.…`), or add `--allow-public` if you mean it.',
    )
  return 'other-machines'
}

export type BoundReach = 'this-machine' | 'other-machines'

const NAME_ADDRESS = 'Name an address of this machine, such as 127.0.0.1, or use `skein up --lan`.'

const refuse = (problem: string, nextStep: string): Fault =>
  new Fault('invalid_request', `${problem} ${nextStep}`)

/** `::` serves IPv4 too. Only public addresses matter to who asks. */
const isServedBy = (own: string, wildcard: string): boolean =>
  reachOf(own) === 'public' && (wildcard !== '0.0.0.0' || !own.includes(':'))
