import { hkdfSync } from 'node:crypto'
import { noise } from '@libp2p/noise'
import { asCrypto, defaultCrypto } from '@libp2p/noise/crypto'
import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions } from '@libp2p/interface'
import type { LinkTrouble } from '../../policy/cluster/link-trouble.ts'

type NoiseComponents = Parameters<ReturnType<typeof noise>>[0]

/**
 * Why a connection was given up, as long as it lives: libp2p makes one kind of error of all of them before anybody else
 * sees it.
 */
export type TroubleNotes = WeakMap<MessageStream, LinkTrouble>

/** Bun's node:crypto has no ChaCha20-Poly1305, which noise takes by default for all that is longer than 1,200 bytes. */
const crypto = {
  ...defaultCrypto,
  chaCha20Poly1305Encrypt: asCrypto.chaCha20Poly1305Encrypt,
  chaCha20Poly1305Decrypt: asCrypto.chaCha20Poly1305Decrypt,
}

const prologueOf = (secret: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, 'skein', 'link handshake 1', 32))

/**
 * Noise between members of one cluster. The cluster's key goes into the handshake as its prologue: who has another one
 * cannot finish it, and learns nothing. Who answers is compared with who was asked only after the handshake, so that the
 * other end knows who has dialled in error.
 */
export const memberHandshake =
  (secret: Uint8Array, notes: TroubleNotes) =>
  (components: NoiseComponents): ConnectionEncrypter => {
    const inner = noise({ crypto, prologueBytes: prologueOf(secret) })(components)
    return {
      protocol: inner.protocol,
      async secureOutbound(connection: MessageStream, options?: SecureConnectionOptions) {
        const { remotePeer: wanted, ...rest } = options ?? {}
        const secured = await inner.secureOutbound(connection, rest).catch((error: unknown) => {
          notes.set(connection, outboundTrouble(error, rest.signal))
          throw error
        })
        if (wanted !== undefined && !wanted.equals(secured.remotePeer)) {
          notes.set(connection, 'wrong-identity')
          throw new Error('Another node answered')
        }
        return secured
      },
      async secureInbound(connection: MessageStream, options?: SecureConnectionOptions) {
        return await inner.secureInbound(connection, options).catch((error: unknown) => {
          // Who has another key is the first to see it, and hangs up.
          notes.set(connection, options?.signal?.aborted === true ? 'no-answer' : 'wrong-cluster-key')
          throw error
        })
      },
    }
  }

const outboundTrouble = (error: unknown, signal: AbortSignal | undefined): LinkTrouble => {
  if (signal?.aborted === true) return 'no-answer'
  const isRefused = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_CRYPTO_EXCHANGE'
  return isRefused ? 'wrong-cluster-key' : 'closed'
}
