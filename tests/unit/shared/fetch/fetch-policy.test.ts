import { expect, test } from 'bun:test'
import { isInRanges } from '@shared/fetch/address-class.ts'
import { PUBLIC_ONLY, parseFetchPolicy } from '@shared/fetch/fetch-policy.ts'
import { refusalOf } from '../../../support/fetch/refusal-of.ts'

const parse = (text: string) => parseFetchPolicy(text, 'MODEL_STORE_FETCH_ALLOWED')

test('nothing written opens nothing', () => {
  expect(parse('')).toEqual(PUBLIC_ONLY)
  expect(parse(' , ')).toEqual(PUBLIC_ONLY)
})

test('hosts, suffixes, ranges and addresses are told apart', () => {
  const policy = parse(
    'Gallery.lan, *.home.arpa,.corp.example, nas, 192.168.1.0/24, 10.0.0.7, fd12::/16, ::1',
  )
  expect(policy.allowedHosts).toEqual(['gallery.lan', '.home.arpa', '.corp.example', 'nas'])
  expect(policy.allowsPrivateNetwork).toBe(false)
  for (const inside of ['192.168.1.9', '10.0.0.7', 'fd12::9', '::1'])
    expect(isInRanges(inside, policy.allowedAddresses)).toBe(true)
  for (const outside of ['192.168.2.9', '10.0.0.8', 'fd13::9', '127.0.0.1', '::ffff:192.168.1.9'])
    expect(isInRanges(outside, policy.allowedAddresses)).toBe(false)
})

test('one word opens every private network', () => expect(parse('private').allowsPrivateNetwork).toBe(true))

test.each([
  '127.1',
  '010.0.0.1',
  '0x7f.1',
  '2130706433',
  '192.168.1.0/33',
  '192.168.1.0/x',
  '192.168.1.0/24/8',
  'fe80::1%eth0',
  'http://gallery.lan',
  'gallery.lan:8080',
  'a..b',
  '*',
  '*.*.lan',
  '<script>',
])('%p is refused by name', async (entry) => {
  const fault = await refusalOf((async () => parse(`gallery.lan, ${entry}`))())
  expect(fault.code).toBe('invalid_request')
  expect(fault.message).toContain('MODEL_STORE_FETCH_ALLOWED')
  expect(fault.message).toEndWith(`: ${entry}`)
})
