import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { DoctorNetwork } from '../../features/doctor/doctor-ports.ts'
import type { AddressEvidence, OwnNetwork } from '../../policy/doctor/doctor-evidence.ts'
import { runProgram } from '../run-program.ts'
import { probePort } from './doctor-probe.ts'
import { cardsOfLinux, cardsOfMacos, gatewayOfLinux, gatewayOfMacos } from './doctor-tables.ts'

type Interfaces = ReturnType<typeof networkInterfaces>

/** The network of this machine, as the doctor looks at it. */
export const openDoctorNetwork = (): DoctorNetwork => ({
  networks: () => networksOf(networkInterfaces()),
  placeOf: (host) => placeOf(host, networkInterfaces()),
  gateway: async () =>
    process.platform === 'darwin'
      ? gatewayOfMacos((await runProgram('route', '-n', 'get', 'default')) ?? '')
      : gatewayOfLinux(await readSystemFile('/proc/net/route')),
  cards: async () =>
    process.platform === 'darwin'
      ? cardsOfMacos((await runProgram('arp', '-an')) ?? '')
      : cardsOfLinux(await readSystemFile('/proc/net/arp')),
  resolve: resolveName,
  probe: probePort,
})

const readSystemFile = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

const all = (interfaces: Interfaces) =>
  Object.entries(interfaces).flatMap(([name, infos]) => (infos ?? []).map((info) => ({ name, ...info })))

/** Those that other machines may be in: not loopback, not the ones that need a zone. */
export const networksOf = (interfaces: Interfaces): readonly OwnNetwork[] =>
  all(interfaces)
    .filter(({ address, internal }) => !internal && !/^fe80:/i.test(address))
    .map(({ address, cidr, name }) => ({ name, address: cidr ?? address }))

export const placeOf = (host: string, interfaces: Interfaces): AddressEvidence['place'] => {
  const infos = all(interfaces)
  if (infos.some(({ address }) => address === host)) return 'own'
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(host) === 0) return 'elsewhere'
  const networks = new BlockList()
  for (const { address, cidr, family: theirs } of infos) {
    const prefix = Number(cidr?.split('/')[1])
    if (theirs.toLowerCase() === family && Number.isInteger(prefix))
      networks.addSubnet(address, prefix, family)
  }
  return networks.check(host, family) ? 'neighbour' : 'elsewhere'
}

const resolveName = async (host: string, withinMs: number): Promise<readonly string[]> => {
  if (isIP(host) !== 0) return [host]
  const { promise, resolve } = Promise.withResolvers<readonly string[]>()
  const timer = setTimeout(() => resolve([]), withinMs)
  lookup(host, { all: true }).then(
    (found) => resolve(found.map(({ address }) => address)),
    () => resolve([]),
  )
  return promise.finally(() => clearTimeout(timer))
}
