import { lookup } from 'node:dns/promises'

/** Turns a host name into addresses. Asked once for each hop of a fetch; nobody asks again. */
export interface NameResolver {
  /** All addresses of the name, best first, as plain text. Rejects when there are none. */
  resolve(name: string): Promise<readonly string[]>
}

/** As the system does it: its hosts file and its name servers. */
export const systemResolver: NameResolver = {
  async resolve(name) {
    const found = await lookup(name, { all: true, order: 'verbatim' })
    return found.map(({ address }) => address)
  },
}
