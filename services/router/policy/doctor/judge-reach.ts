import type { AddressEvidence, SelfEvidence } from './doctor-evidence.ts'
import { problem } from './doctor-finding.ts'
import type { Diagnosis } from './doctor-finding.ts'

/** What the machine itself adds to what was seen of an address. */
export type ReachFacts = Pick<SelfEvidence, 'gateway' | 'hasOtherNeighbours' | 'networks'>

type Rule = (address: AddressEvidence, facts: ReachFacts) => Diagnosis | undefined

const PERMISSION: Rule = ({ control, data, link }) =>
  [data, link, control].includes('local-network-permission')
    ? problem(
        'local-network-permission',
        'macOS keeps Skein from the local network.',
        'Allow it in System Settings, Privacy & Security, Local Network, for Skein or for the terminal that started it; then start Skein again.',
      )
    : undefined

/** Skein answers at the data port; without a link port nothing more can be asked. */
const LINK_PORT: Rule = ({ hello, host, link, linkPort }) => {
  if (hello?.type !== 'node' || link === undefined || link === 'connected') return undefined
  return link === 'refused'
    ? problem(
        'nobody-listens',
        `Skein answers at ${host}, but nobody listens at port ${linkPort}, over which nodes keep their links.`,
        'Start Skein there again; it may be in the middle of starting or leaving.',
      )
    : problem(
        'firewall',
        `Skein answers at ${host}, but nothing comes back from port ${linkPort}, over which nodes keep their links. Most likely a firewall lets only some ports through.`,
        `Let port ${linkPort} (TCP) through the firewall of that machine.`,
      )
}

const OTHER_PROGRAM: Rule = ({ data, dataPort, hello, host }) =>
  data === 'connected' && hello?.type !== 'node'
    ? problem(
        'not-skein',
        `Somebody takes connections at ${host}:${dataPort}, but does not answer as Skein does. Most likely another program has that port.`,
        'Look which port Skein has there (CLUSTER_DATA_PORT), and name it with the address.',
      )
    : undefined

const NO_ROUTE: Rule = ({ data, host, place }, { networks }) => {
  if (data !== 'no-route') return undefined
  return place === 'neighbour'
    ? problem(
        'one-way-loss',
        `${host} is in a network of this machine, yet this machine sends nothing there: a route or a rule of its own drops it.`,
        `Look for it: "ip route get ${host}" (Linux), "route -n get ${host}" (macOS), and the rules of VPNs and firewalls here.`,
      )
    : problem(
        'wrong-subnet',
        `${host} is in no network of this machine (${listOf(networks)}), and there is no way to it.`,
        SAME_NETWORK,
      )
}

const REFUSED: Rule = ({ data, dataPort, host, link }) =>
  data === 'refused' && link !== 'connected' && link !== 'silent'
    ? problem(
        'nobody-listens',
        `${host} answers, but nobody listens at port ${dataPort}.`,
        'Is Skein running there ("skein status"), and is it in a cluster or inviting ("skein invite")? Only then that port is open.',
      )
    : undefined

/** One of the two ports works, or is refused, and nothing comes back from the other. */
const ONE_PORT: Rule = ({ data, dataPort, host, link, linkPort }) => {
  if (link === undefined || data === link) return undefined
  const silent = data === 'silent' ? dataPort : linkPort
  return data === 'silent' || link === 'silent'
    ? problem(
        'firewall',
        `${host} answers at one port, and nothing comes back from port ${silent}. Most likely a firewall lets only some ports through.`,
        `Let the ports ${dataPort} and ${linkPort} (TCP) through the firewall of that machine.`,
      )
    : problem(
        'nobody-listens',
        `Somebody listens at port ${linkPort} of ${host}, but nobody at port ${dataPort}, which takes the requests of nodes.`,
        'Start Skein there again; it may be in the middle of starting or leaving.',
      )
}

const MACHINE_ANSWERS: Rule = ({ control, dataPort, host, linkPort }) =>
  control === 'refused' || control === 'connected'
    ? problem(
        'firewall',
        `${host} answers at other ports, but packets to Skein's vanish. Most likely a firewall on that machine drops them.`,
        `Let the ports ${portsText(dataPort, linkPort)} (TCP) through the firewall of that machine.`,
      )
    : undefined

const CARD_ANSWERS: Rule = ({ card, dataPort, host, linkPort, place, wasSeen }) => {
  const hasAnswered = card === 'answers' || (card === 'remembered' && wasSeen)
  if (place !== 'neighbour' || !hasAnswered) return undefined
  return wasSeen
    ? problem(
        'one-way-loss',
        `What ${host} tells everybody arrives here, and its network card answers, but no connection comes about. Most likely packets are lost one way: a route or a rule there sends nothing back, or its firewall drops everything.`,
        'Run "skein doctor" on that machine too, and look at its firewall, VPN and routes.',
      )
    : problem(
        'firewall',
        `The network card of ${host} answers, and nothing else does. Most likely a firewall on that machine drops everything.`,
        `Let the ports ${portsText(dataPort, linkPort)} (TCP) through the firewall of that machine.`,
      )
}

const ISOLATED: Rule = ({ host, place, wasSeen }, { gateway, hasOtherNeighbours }) => {
  if (place !== 'neighbour') return undefined
  if (wasSeen)
    return problem(
      'ap-isolation',
      `${host} is seen by multicast, but nothing that is sent to it alone arrives. Most likely the network keeps its devices apart (client isolation).`,
      ISOLATION_STEP,
    )
  return gateway === 'answers' && !hasOtherNeighbours
    ? problem(
        'ap-isolation',
        `The router of this network answers, but ${host} in the same network does not, and no other device does. Most likely the network keeps its devices apart (client isolation, guest network), or that machine is off or asleep.`,
        `Is the machine on? Then: ${ISOLATION_STEP}`,
      )
    : undefined
}

const NOTHING: Rule = ({ host, place }, { networks }) =>
  place === 'elsewhere'
    ? problem(
        'wrong-subnet',
        `${host} is in no network of this machine (${listOf(networks)}), and nothing comes back over the router. Most likely the two are in different networks that are not joined.`,
        SAME_NETWORK,
      )
    : problem(
        'no-answer',
        `Nothing comes back from ${host}. Most likely that machine is off, asleep, or has another address now.`,
        'Wake it, look at its network, and which address it has ("skein doctor" there shows it).',
      )

const SAME_NETWORK =
  'Bring both machines into the same network, or join their networks (a VPN), and name the address that is valid there.'

const ISOLATION_STEP =
  'switch "AP isolation", "client isolation" or "guest network" off in the settings of the access point, or use another network or a cable.'

/** The first rule that fits says it; the order is from what is sure to what is most likely. */
const RULES: readonly Rule[] = [
  PERMISSION,
  LINK_PORT,
  OTHER_PROGRAM,
  NO_ROUTE,
  REFUSED,
  ONE_PORT,
  MACHINE_ANSWERS,
  CARD_ANSWERS,
  ISOLATED,
  NOTHING,
]

/** Why nodes cannot talk over that address; undefined: they can. */
export const judgeReach = (address: AddressEvidence, facts: ReachFacts): Diagnosis | undefined => {
  const works = address.hello?.type === 'node' && (address.link ?? 'connected') === 'connected'
  if (works) return undefined
  return RULES.map((rule) => rule(address, facts)).find((diagnosis) => diagnosis !== undefined)
}

const portsText = (dataPort: number, linkPort: number | undefined): string =>
  linkPort === undefined ? String(dataPort) : `${dataPort} and ${linkPort}`

const listOf = (networks: ReachFacts['networks']): string =>
  networks.map(({ address, name }) => `${name} ${address}`).join(', ') || 'it has none'
