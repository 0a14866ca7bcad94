import { createHash } from 'node:crypto'
import { checkDigitsFrom } from '../../policy/pairing/check-digits.ts'
import type { PairingCrypto, PairingParties, SealedChannel } from '../../features/joining/pairing-ports.ts'
import { loadPairingProof } from './pairing-opaque.ts'

const IV_BYTES = 12
const KEY_USES: ('encrypt' | 'decrypt')[] = ['encrypt', 'decrypt']

/** Loads what two nodes need to trust each other. */
export const loadPairingCrypto = async (): Promise<PairingCrypto> => ({
  proof: await loadPairingProof(),
  channel: openSealedChannel,
  createId: () => crypto.randomUUID(),
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
})

/** AES-256-GCM, one key for each direction, all from the secret of the pairing and who takes part in it. */
export const openSealedChannel = async (
  secret: string,
  parties: PairingParties,
  end: 'host' | 'joiner',
): Promise<SealedChannel> => {
  const derive = await deriveFrom(new TextEncoder().encode(secret), textOf(parties))
  const keyOf = async (from: string): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', await derive(`seal ${from}`, 32), 'AES-GCM', false, KEY_USES)
  const own = await keyOf(end)
  const others = await keyOf(end === 'host' ? 'joiner' : 'host')
  return {
    checkDigits: checkDigitsFrom(await derive('check', 8)),
    transcript: await derive('transcript', 32),
    async seal(label, value) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const text = new TextEncoder().encode(JSON.stringify(value))
      const box = await crypto.subtle.encrypt(gcm(iv, label), own, text)
      return Buffer.concat([iv, new Uint8Array(box)]).toString('base64url')
    },
    async open(label, text) {
      const bytes = new Uint8Array(Buffer.from(text, 'base64url'))
      if (bytes.length <= IV_BYTES) return undefined
      try {
        const iv = bytes.slice(0, IV_BYTES)
        const opened = await crypto.subtle.decrypt(gcm(iv, label), others, bytes.slice(IV_BYTES))
        const value: unknown = JSON.parse(new TextDecoder().decode(opened))
        return value
      } catch {
        return undefined
      }
    },
  }
}

const gcm = (iv: Uint8Array<ArrayBuffer>, label: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(label),
})

const textOf = ({ certificate, hostId, joinerId, pairingId }: PairingParties): string =>
  [pairingId, hostId, joinerId, createHash('sha256').update(certificate).digest('hex')].join('\n')

/** HKDF-SHA256; `about` is its salt. */
const deriveFrom = async (secret: Uint8Array<ArrayBuffer>, about: string) => {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
  const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  return async (info: string, byteCount: number): Promise<Uint8Array<ArrayBuffer>> => {
    const how = {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: encode(about),
      info: encode(`skein-pairing/1 ${info}`),
    }
    return new Uint8Array(await crypto.subtle.deriveBits(how, material, byteCount * 8))
  }
}
