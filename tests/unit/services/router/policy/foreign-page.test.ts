import { expect, test } from 'bun:test'
import { foreignPageOf } from '@service/router/policy/foreign-page.ts'
import { createTrustedHosts } from '@service/router/policy/trusted-host.ts'

const pageOf = (headers: Record<string, string>) =>
  foreignPageOf(new Headers(headers), createTrustedHosts([]))

test.each([
  ['a program', {}],
  ['an app', { origin: 'app://obsidian.md' }],
  ['a page of this machine', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
  ['a page of this node', { 'sec-fetch-site': 'same-origin' }],
  ['somebody who types the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
  ['somebody who follows a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
])('%s is no page of another site', (_, headers) => {
  expect(pageOf(headers)).toBeUndefined()
})

test.each([
  ['a page of another site', { origin: 'https://evil.example' }, 'https://evil.example'],
  ['a frame that hides its site', { origin: 'null' }, 'null'],
  [
    'a picture on another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    'another web site',
  ],
  [
    'a form of another site',
    { origin: 'https://evil.example', 'sec-fetch-mode': 'navigate' },
    'https://evil.example',
  ],
])('%s is one', (_, headers, page) => {
  expect(pageOf(headers)).toBe(page)
})
