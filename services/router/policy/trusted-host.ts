/** Names under which a node is always reached by its own machine. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/** `name`, `name:port` or `[address]:port`, and nothing else that could be read as a path or as a user name. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

export interface TrustedHosts {
  /** Whether a `Host` header names this node. A web page that had its own name rebound to 127.0.0.1 sends that name. */
  isTrustedHost(host: string): boolean
  /** Whether a page of this origin may call the node. Programs (no origin) and apps (`app://…`) may, web sites may not. */
  isTrustedOrigin(origin: string | null): boolean
}

/**
 * @param further names beside those of loopback, without ports
 * @param ofMachine in lower case, those that come and go with its networks
 */
export const createTrustedHosts = (
  further: readonly string[],
  ofMachine: () => readonly string[] = () => [],
): TrustedHosts => {
  const names = new Set([...LOOPBACK_NAMES, ...further.map((name) => name.toLowerCase())])
  const isTrustedHost = (host: string): boolean => {
    const name = HOST.exec(host)?.[1]?.toLowerCase()
    return name !== undefined && (names.has(name) || ofMachine().includes(name))
  }
  return {
    isTrustedHost,
    isTrustedOrigin(origin) {
      if (origin === null) return true
      const [scheme, host] = origin.split('://')
      // 'null' is what a sandboxed frame of any site sends.
      if (host === undefined) return false
      return scheme === 'http' || scheme === 'https' ? isTrustedHost(host) : true
    },
  }
}
