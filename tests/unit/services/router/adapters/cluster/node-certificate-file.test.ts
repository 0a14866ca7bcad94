import { afterEach, beforeEach, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openNodeCertificate } from '@service/router/adapters/cluster/node-certificate-file.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'skein-certificate-')), 'cluster')
  path = join(directory, 'node-certificate.pem')
})
afterEach(() => rmSync(join(directory, '..'), { recursive: true }))

test('a node makes its certificate once, and only its owner can read the key', async () => {
  const made = await openNodeCertificate(directory)
  expect(await openNodeCertificate(directory)).toEqual(made)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(readdirSync(directory)).toEqual(['node-certificate.pem'])
})

test('it is signed by itself, for P-256, and does not end while anybody uses it', async () => {
  const certificate = new X509Certificate((await openNodeCertificate(directory)).certificate)
  expect(certificate.subject).toBe('CN=skein-node')
  expect(certificate.checkHost('skein-node')).toBe('skein-node')
  expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  expect(new Date(certificate.validTo).getFullYear()).toBeGreaterThan(2100)
})

test('no two nodes have the same', async () => {
  const one = await openNodeCertificate(directory)
  rmSync(path)
  expect((await openNodeCertificate(directory)).certificate).not.toBe(one.certificate)
})

test.each([
  ['cut off', () => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300))],
  ['empty', () => writeFileSync(path, '')],
  ['readable for others', () => chmodSync(path, 0o644)],
  [
    'made of two halves that do not belong together',
    async () => {
      const [key = ''] = readFileSync(path, 'utf8').split('-----BEGIN CERTIFICATE')
      rmSync(path)
      const { certificate } = await openNodeCertificate(directory)
      writeFileSync(path, `${key}${certificate}\n`)
    },
  ],
])('a file that is %s is replaced', async (_, spoil) => {
  const first = await openNodeCertificate(directory)
  await spoil()
  const second = await openNodeCertificate(directory)
  expect(second.privateKey).not.toBe(first.privateKey)
  expect(await openNodeCertificate(directory)).toEqual(second)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})
