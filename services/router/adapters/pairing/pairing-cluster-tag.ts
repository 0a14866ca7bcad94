import { hkdfSync } from 'node:crypto'

const TAG_BYTES = 4

/**
 * Eight hexadecimal digits that are the same for all members of a cluster, and tell nothing of its secret.
 * @param secret base64url, as clusters are saved
 */
export const clusterTagOf = (secret: string): string => {
  const tag = hkdfSync(
    'sha256',
    Buffer.from(secret, 'base64url'),
    '',
    'skein-pairing/1 cluster tag',
    TAG_BYTES,
  )
  return Buffer.from(tag).toString('hex')
}
