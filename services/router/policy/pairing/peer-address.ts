import { Fault } from '@shared/fault/fault.ts'

/** Of HTTPS between nodes, unless somebody says otherwise. */
export const DEFAULT_DATA_PORT = 8081

/** Where a node listens for nodes. */
export interface PeerAddress {
  /** An IP address without brackets, or a name. */
  readonly host: string
  readonly port: number
}

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*\.?$/
const IPV6 = /^[0-9A-Fa-f:]{2,39}(\.\d{1,3}){0,3}(%[\w.]{1,16})?$/

/** `192.168.1.5`, `192.168.1.5:8081`, `mac-mini.local`, `fe80::1`, `[fe80::1]:8081`. Undefined when it is no address. */
export const parsePeerAddress = (text: string): PeerAddress | undefined => {
  const [, bracketed, bracketedPort] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? []
  if (bracketed !== undefined) return IPV6.test(bracketed) ? addressOf(bracketed, bracketedPort) : undefined
  if (text.split(':').length > 2) return IPV6.test(text) ? addressOf(text, undefined) : undefined
  const [host = '', port] = text.split(':')
  return HOST_NAME.test(host) ? addressOf(host, port) : undefined
}

const addressOf = (host: string, port: string | undefined): PeerAddress | undefined => {
  if (port === undefined) return { host, port: DEFAULT_DATA_PORT }
  const number = Number(port)
  return /^\d{1,5}$/.test(port) && number > 0 && number < 65_536 ? { host, port: number } : undefined
}

/** As it is typed, and as it stands in a URL. */
export const showPeerAddress = ({ host, port }: PeerAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** Several, divided by commas. @throws Fault `invalid_request` naming what is no address */
export const readPeerAddresses = (text: string): readonly PeerAddress[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const address = parsePeerAddress(part)
      if (address !== undefined) return address
      throw new Fault(
        'invalid_request',
        `CLUSTER_PEERS: '${part.slice(0, 100)}' is not an address, like 192.168.1.5:8081.`,
      )
    })
