import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

export interface TestAuthority {
  /** PEM of the authority itself. */
  readonly authority: string
  /** `subject` as OpenSSL writes an alternative name: `DNS:pictures.test` or `IP:127.0.0.1`. */
  issue(subject: string): TestCertificate
  remove(): void
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate authority that lives as long as a test, made with the system's openssl. */
export const createTestAuthority = (): TestAuthority => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-ca-'))
  const at = (name: string): string => join(folder, name)
  const openssl = (...words: readonly string[]): void => {
    const { exitCode, stderr } = Bun.spawnSync(['openssl', ...words], { stderr: 'pipe' })
    if (exitCode !== 0) throw new Error(`openssl ${words[0]}: ${stderr.toString()}`)
  }
  openssl(
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  )
  return {
    authority: readFileSync(at('ca.pem'), 'utf8'),
    issue(subject) {
      writeFileSync(at('subject.cnf'), `subjectAltName=${subject}\n`)
      openssl(
        'req',
        ...NEW_KEY,
        '-subj',
        '/CN=test server',
        '-keyout',
        at('server.key'),
        '-out',
        at('server.csr'),
      )
      openssl(
        'x509',
        '-req',
        '-days',
        '2',
        '-in',
        at('server.csr'),
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-extfile',
        at('subject.cnf'),
        '-out',
        at('server.pem'),
      )
      return { cert: readFileSync(at('server.pem'), 'utf8'), key: readFileSync(at('server.key'), 'utf8') }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
