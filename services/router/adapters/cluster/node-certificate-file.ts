import 'reflect-metadata'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isOpenToOthers } from '@shared/access/private-file.ts'
import * as x509 from '@peculiar/x509'
import { replaceFile } from '../replace-file.ts'

/** With what a node serves HTTPS to others. Both are PEM. */
export interface NodeCertificate {
  readonly certificate: string
  readonly privateKey: string
}

/** The name in every certificate: it proves nothing, the certificate itself is what others know. */
export const CERTIFICATE_NAME = 'skein-node'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** What a certificate is good for is said by the announcement that carries it, so it has no end of its own. */
const FROM = new Date('2000-01-01T00:00:00Z')
const UNTIL = new Date('2200-01-01T00:00:00Z')

/**
 * The certificate of this node, made on the first call. Load this file only where there is a cluster: what it imports
 * takes memory.
 * @param directory of the cluster's files; it and the file are for their owner alone
 */
export const openNodeCertificate = async (directory: string): Promise<NodeCertificate> => {
  const path = join(directory, 'node-certificate.pem')
  const saved = await readSaved(path)
  if (saved !== undefined) return saved
  const made = await makeCertificate()
  await replaceFile(path, `${made.privateKey}\n${made.certificate}\n`)
  return made
}

/**
 * Undefined when there is none, it is broken, or others could have read its key: then a new one is made, of which the
 * other nodes learn by the next announcement.
 */
const readSaved = async (path: string): Promise<NodeCertificate | undefined> => {
  const facts = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (facts === undefined || isOpenToOthers(facts)) return undefined
  const text = await readFile(path, 'utf8')
  const certificate = blockOf(text, 'CERTIFICATE')
  const privateKey = blockOf(text, 'PRIVATE KEY')
  if (certificate === undefined || privateKey === undefined) return undefined
  return (await belongTogether(certificate, privateKey)) ? { certificate, privateKey } : undefined
}

const blockOf = (text: string, label: string): string | undefined =>
  new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)?.[0]

const belongTogether = async (certificate: string, privateKey: string): Promise<boolean> => {
  try {
    const challenge = crypto.getRandomValues(new Uint8Array(32))
    const key = await crypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(privateKey),
      ALGORITHM,
      false,
      ['sign'],
    )
    const publicKey = await new x509.X509Certificate(certificate).publicKey.export(
      ALGORITHM,
      ['verify'],
      crypto,
    )
    const signature = await crypto.subtle.sign(ALGORITHM, key, challenge)
    return await crypto.subtle.verify(ALGORITHM, publicKey, signature, challenge)
  } catch {
    return false
  }
}

const makeCertificate = async (): Promise<NodeCertificate> => {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${CERTIFICATE_NAME}`,
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: FROM,
      notAfter: UNTIL,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: CERTIFICATE_NAME }])],
    },
    crypto,
  )
  const privateKey = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    certificate: certificate.toString('pem'),
    privateKey: x509.PemConverter.encode(privateKey, 'PRIVATE KEY'),
  }
}
