/** What a program in between adds: then the other end of the connection says nothing of who asks. */
const TRACES_OF_A_PROXY = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-original-host',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'true-client-ip',
  'via',
]

const LOOPBACK_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Whether an address of a socket is this machine's own. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(address)

/**
 * Whether a request was made on this machine, for this machine: it comes from a loopback address, asks for a loopback
 * name, and no proxy has passed it on.
 * @param peer address of the other end of the connection; undefined when it is not known
 */
export const isLocalCaller = (
  peer: string | undefined,
  headers: { get(name: string): string | null; has(name: string): boolean },
): boolean =>
  peer !== undefined &&
  isLoopbackAddress(peer) &&
  LOOPBACK_HOST.test(headers.get('host') ?? '') &&
  !TRACES_OF_A_PROXY.some((name) => headers.has(name))
