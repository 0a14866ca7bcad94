import { expect, test } from 'bun:test'
import { createKeyId, createSecret, hashSecret, isSameHash, maskSecret } from '@shared/access/key-secret.ts'

test('a secret has 256 random bits behind a prefix that says whose it is', () => {
  const secrets = Array.from({ length: 50 }, () => createSecret())
  expect(new Set(secrets).size).toBe(50)
  for (const secret of secrets) expect(secret).toMatch(/^sk-skein-[0-9a-f]{64}$/)
})

test('a token of ToolPiper has the prefix that its clients know', () => {
  expect(createSecret('tp_')).toMatch(/^tp_[0-9a-f]{64}$/)
})

test('an id is no secret and is short', () => {
  expect(createKeyId()).toMatch(/^key_[0-9a-f]{16}$/)
})

test('what is shown does not give the secret away', () => {
  const secret = createSecret()
  expect(maskSecret(secret)).toBe(`${secret.slice(0, 13)}…${secret.slice(-4)}`)
  expect(maskSecret(secret)).toHaveLength(18)
  expect(maskSecret(`tp_${'ab12'.repeat(16)}`)).toBe('tp_ab12…ab12')
})

test('the hash is plain SHA-256, and only the same one is the same', () => {
  expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(isSameHash(hashSecret('abc'), hashSecret('abc'))).toBe(true)
  expect(isSameHash(hashSecret('abc'), hashSecret('abd'))).toBe(false)
  expect(isSameHash(hashSecret('abc'), '')).toBe(false)
})
