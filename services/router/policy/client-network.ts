/** An IPv4 address inside IPv6, as a socket for both writes it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i
/** Addresses of one link (fe80::/10): every machine makes its own under the same first half. */
const LINK_LOCAL = /^fe[89ab]/i

/**
 * Whom an address stands for when clients are counted. An IPv6 client has a whole network (/64) of addresses to come
 * from, so it is the network that counts.
 */
export const clientNetwork = (address: string): string => {
  const plain = MAPPED.exec(address)?.[1] ?? address
  if (!plain.includes(':') || LINK_LOCAL.test(plain)) return plain
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length)
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`
}
