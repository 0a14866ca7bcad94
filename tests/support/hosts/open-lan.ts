import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Host } from './host-programs.ts'
import type { HostProcess } from './host-programs.ts'
import { canMakeNetworks, ip, namespaceName, removeLeftovers, removeNamespace } from './network-namespaces.ts'

/**
 * Whether `openLan` gives real networks. Where it does not (no Linux, no root), what needs one is skipped:
 * `describe.skipIf(!LAN_IS_REAL)`.
 */
export const LAN_IS_REAL = canMakeNetworks()

export interface LanOptions {
  readonly hosts: number
  /** Whether hosts have a way out; nobody is there before `openGateway`. Default true; without it, it is a switch that nothing else is on. */
  readonly defaultRoute?: boolean
  /** The hosts that each network joins, counted from 1; one with all when not given. `[[1, 2], [2, 3]]`: 2 has two cards. */
  readonly networks?: readonly (readonly number[])[]
}

export interface LanHost {
  /** Its address on its first network, now. */
  readonly address: string
  /** On each of its networks. */
  readonly addresses: readonly string[]
  /** Starts a program there. Its environment is `PATH` and what is given. It is killed with the LAN at the latest. */
  spawn(command: readonly string[], environment?: Readonly<Record<string, string>>): HostProcess
  /** As `fetch`, from that host: `http://127.0.0.1:8080` is its own. Answers stream. @throws Error when nobody answers */
  fetch(url: string, init?: RequestInit): Promise<Response>
}

/**
 * A local network of machines that share this one's disk and nothing else: each has its own cards, addresses, ports and
 * loopback. Unix sockets are files: the test reaches those of every host itself.
 */
export interface Lan {
  /** False: all hosts are this machine, with addresses of loopback. Then only spawn and fetch work. */
  readonly isReal: boolean
  /** Counted from 1. */
  host(number: number): LanHost
  /** Pulls the plug of a host: the switch loses it, its card stays up. */
  cut(host: number): void
  mend(host: number): void
  /** What one host sends to another is lost, without a word; the other way round it is not. */
  blackhole(from: number, to: number): void
  endBlackhole(from: number, to: number): void
  /** As guest networks do: hosts reach the switch and not each other. */
  isolate(isOn?: boolean): void
  /** As many switches and access points do. */
  blockMulticast(isOn?: boolean): void
  /** A host moves to another address of its first network; connections to the old one are dead. */
  changeAddress(host: number, address: string): void
  /** The router of the first network is there: it answers, and leads nowhere. */
  openGateway(): void
  /** Another address of the first network, which no host has. */
  freeAddress(): string
  /** Kills all that runs on the hosts and removes the networks. */
  close(): Promise<void>
}

let lanCount = 0

/** Its number in every network. */
const GATEWAY = 254

/** Makes the LAN. Close it in `afterAll`, whatever happened; what a killed run has left goes with the next one. */
export const openLan = async (options: LanOptions): Promise<Lan> => {
  if (!LAN_IS_REAL) return openLoopback(options)
  removeLeftovers()
  lanCount += 1
  return new NamespaceLan(options, lanCount)
}

/** A card of a host: `card` is its end, `port` that at the switch. */
interface Card {
  readonly card: string
  readonly port: string
  readonly network: number
  address: string
}

class NamespaceLan implements Lan {
  readonly isReal = true
  readonly #wire: string
  readonly #hosts: NamespaceHost[] = []
  readonly #hasRoute: boolean
  readonly #directory = mkdtempSync(join(tmpdir(), 'skein-lan-'))
  readonly #onExit = (): void => this.#remove()
  #freeCount = 0

  constructor({ defaultRoute = true, hosts, networks }: LanOptions, lan: number) {
    this.#wire = namespaceName(lan, 'wire')
    this.#hasRoute = defaultRoute
    process.once('exit', this.#onExit)
    const everybody = Array.from({ length: hosts }, (_, index) => index + 1)
    try {
      ip('netns', 'add', this.#wire)
      for (const number of everybody) {
        const name = namespaceName(lan, String(number))
        ip('netns', 'add', name)
        ip('-n', name, 'link', 'set', 'lo', 'up')
        this.#hosts.push(new NamespaceHost(name, join(this.#directory, `${number}.sock`)))
      }
      for (const [network, members] of (networks ?? [everybody]).entries()) this.#connect(network, members)
    } catch (error) {
      this.#remove()
      throw error
    }
  }

  #connect(network: number, members: readonly number[]): void {
    const bridge = `br${network}`
    // No snooping: it would hold multicast back until somebody has asked for it, which nobody does here.
    ip('-n', this.#wire, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0', 'forward_delay', '0')
    ip('-n', this.#wire, 'link', 'set', bridge, 'up')
    for (const number of members) {
      const host = this.#at(number)
      const card = { card: `eth${host.cards.length}`, port: `p${number}n${network}`, network }
      const ends = ['type', 'veth', 'peer', 'name', card.port, 'netns', this.#wire]
      ip('link', 'add', 'name', card.card, 'netns', host.name, ...ends)
      ip('-n', this.#wire, 'link', 'set', card.port, 'master', bridge, 'up')
      ip('-n', host.name, 'link', 'set', card.card, 'up')
      host.cards.push({ ...card, address: '' })
      this.#setAddress(host, host.cards.length - 1, addressOf(network, number))
    }
  }

  #setAddress(host: NamespaceHost, index: number, address: string): void {
    const card = host.cards[index]
    if (card === undefined) throw new Error(`${host.name} has no card ${index}`)
    if (card.address !== '') ip('-n', host.name, 'addr', 'del', `${card.address}/24`, 'dev', card.card)
    ip('-n', host.name, 'addr', 'add', `${address}/24`, 'dev', card.card)
    card.address = address
    if (this.#hasRoute && index === 0)
      ip('-n', host.name, 'route', 'replace', 'default', 'via', addressOf(card.network, GATEWAY))
  }

  #at(number: number): NamespaceHost {
    const host = this.#hosts[number - 1]
    if (host === undefined) throw new Error(`There is no host ${number}`)
    return host
  }

  #setPort(port: string, ...words: readonly string[]): void {
    ip('-n', this.#wire, 'link', 'set', port, ...words)
  }

  #setAllPorts(...words: readonly string[]): void {
    for (const { port } of this.#hosts.flatMap(({ cards }) => cards))
      this.#setPort(port, 'type', 'bridge_slave', ...words)
  }

  host(number: number): LanHost {
    return this.#at(number)
  }

  cut(host: number): void {
    for (const { port } of this.#at(host).cards) this.#setPort(port, 'down')
  }

  mend(host: number): void {
    for (const { port } of this.#at(host).cards) this.#setPort(port, 'up')
  }

  blackhole(from: number, to: number): void {
    for (const address of this.#at(to).addresses)
      ip('-n', this.#at(from).name, 'route', 'add', 'blackhole', `${address}/32`)
  }

  endBlackhole(from: number, to: number): void {
    for (const address of this.#at(to).addresses)
      ip('-n', this.#at(from).name, 'route', 'del', 'blackhole', `${address}/32`)
  }

  isolate(isOn = true): void {
    this.#setAllPorts('isolated', isOn ? 'on' : 'off')
  }

  blockMulticast(isOn = true): void {
    this.#setAllPorts('mcast_flood', isOn ? 'off' : 'on')
  }

  changeAddress(host: number, address: string): void {
    this.#setAddress(this.#at(host), 0, address)
  }

  openGateway(): void {
    const network = this.#at(1).cards[0]?.network ?? 0
    ip('-n', this.#wire, 'addr', 'add', `${addressOf(network, GATEWAY)}/24`, 'dev', `br${network}`)
  }

  freeAddress(): string {
    this.#freeCount += 1
    return addressOf(this.#at(1).cards[0]?.network ?? 0, 200 + this.#freeCount)
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.#onExit)
    this.#remove()
    await Promise.all(this.#hosts.map((host) => host.ended()))
  }

  #remove(): void {
    for (const { name } of this.#hosts) removeNamespace(name)
    removeNamespace(this.#wire)
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** Other numbers in every run, so that nothing depends on them. */
const addressOf = (network: number, host: number): string =>
  `10.77.${((process.pid % 100) * 2 + network) % 256}.${host}`

class NamespaceHost extends Host implements LanHost {
  readonly cards: Card[] = []

  constructor(
    readonly name: string,
    relay: string,
  ) {
    super(['ip', 'netns', 'exec', name], relay)
  }

  get address(): string {
    return this.cards[0]?.address ?? ''
  }

  get addresses(): readonly string[] {
    return this.cards.map(({ address }) => address)
  }
}

const openLoopback = ({ hosts }: LanOptions): Lan => {
  process.stderr.write(
    '\nNOT SHOWN HERE: networks cannot be made (Linux, root, ip, unshare are needed). All hosts are this machine; nothing is said of multicast, cut cables, lost packets, several cards and addresses that change.\n\n',
  )
  const directory = mkdtempSync(join(tmpdir(), 'skein-lan-'))
  const all = Array.from({ length: hosts }, (_, index) => {
    // Linux has all of 127.0.0.0/8; others have one address.
    const address = process.platform === 'linux' ? `127.77.${process.pid % 250}.${index + 1}` : '127.0.0.1'
    return Object.assign(new Host([], join(directory, `${index}.sock`)), { address, addresses: [address] })
  })
  const cannot = (): never => {
    throw new Error('All hosts are this machine: skip this test where LAN_IS_REAL is false')
  }
  return {
    isReal: false,
    host: (number) => all[number - 1] ?? cannot(),
    cut: cannot,
    mend: cannot,
    blackhole: cannot,
    endBlackhole: cannot,
    isolate: cannot,
    blockMulticast: cannot,
    changeAddress: cannot,
    openGateway: cannot,
    freeAddress: cannot,
    close: async () => {
      await Promise.all(all.map((host) => host.ended()))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
