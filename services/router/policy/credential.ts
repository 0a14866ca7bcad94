const BEARER = /^Bearer\s+(\S+)\s*$/i
const LONGEST_CREDENTIAL = 512
/** Pages cannot set headers of a WebSocket, but they may name protocols: OpenAI's clients put the key into one. */
const KEY_PROTOCOL = 'openai-insecure-api-key.'

/** The secret that a request carries, in the form of any dialect; undefined when there is none. */
export const credentialIn = (headers: { get(name: string): string | null }): string | undefined => {
  const candidates = [
    BEARER.exec(headers.get('authorization') ?? '')?.[1],
    headers.get('x-api-key'),
    headers.get('xi-api-key'),
    keyProtocol(headers.get('sec-websocket-protocol')),
  ]
  const credential = candidates.find((candidate) => typeof candidate === 'string')?.trim() ?? ''
  return credential === '' || credential.length > LONGEST_CREDENTIAL ? undefined : credential
}

const keyProtocol = (protocols: string | null): string | undefined =>
  protocols
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length)
