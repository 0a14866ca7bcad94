/** What systems write about their network, read. */

type Card = 'answers' | 'silent'

/** IPv4 address of the default route in Linux' `/proc/net/route`. */
export const gatewayOfLinux = (text: string): string | undefined => {
  const rows = text.split('\n').slice(1)
  const gateway = rows
    .map((row) => row.split(/\s+/))
    .find(([, to, by]) => to === '00000000' && by !== '00000000')?.[2]
  return gateway !== undefined && /^[0-9A-Fa-f]{8}$/.test(gateway) ? addressOfHex(gateway) : undefined
}

/** In the order of the machine: little-endian. */
const addressOfHex = (hex: string): string =>
  (hex.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .toReversed()
    .join('.')

/** From `route -n get default` of macOS. */
export const gatewayOfMacos = (text: string): string | undefined =>
  /^\s*gateway:\s*(\d{1,3}(?:\.\d{1,3}){3})\s*$/m.exec(text)?.[1]

/** The card has told its address: `ATF_COM`. */
const COMPLETE = 0x2

/** Linux' `/proc/net/arp`. */
export const cardsOfLinux = (text: string): ReadonlyMap<string, Card> =>
  new Map(
    text
      .split('\n')
      .slice(1)
      .flatMap((row): readonly (readonly [string, Card])[] => {
        const [address = '', , flags = ''] = row.split(/\s+/)
        if (address === '') return []
        return [[address, (Number(flags) & COMPLETE) === 0 ? 'silent' : 'answers']]
      }),
  )

/** From `arp -an` of macOS: `? (192.168.1.5) at (incomplete) on en0 …`. */
export const cardsOfMacos = (text: string): ReadonlyMap<string, Card> =>
  new Map(
    [...text.matchAll(/^\S+ \(([\d.]+)\) at (\S+)/gm)].map(
      ([, address = '', card = '']): readonly [string, Card] => [
        address,
        card === '(incomplete)' ? 'silent' : 'answers',
      ],
    ),
  )
