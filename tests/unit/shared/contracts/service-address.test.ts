import { expect, test } from 'bun:test'
import { formatServiceAddress, parseServiceAddress } from '@shared/contracts/service-address.ts'

test.each(['unix:/run/chat.sock', 'http://127.0.0.1:8090'])('%s comes out as it went in', (text) => {
  expect(formatServiceAddress(parseServiceAddress(text))).toBe(text)
})

test.each(['', 'unix:relative.sock', 'https://host', 'ftp://x', 'chat'])('%p is refused', (text) => {
  expect(() => parseServiceAddress(text)).toThrow('is not a service address')
})
