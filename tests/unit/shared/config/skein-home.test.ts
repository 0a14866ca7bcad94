import { expect, test } from 'bun:test'
import { homedir } from 'node:os'
import { defaultServiceAddress, skeinHome } from '@shared/config/skein-home.ts'

test('a leading ~ is the home of the user', () => {
  expect(skeinHome('~/.skein')).toBe(`${homedir()}/.skein`)
  expect(skeinHome('/data/~x')).toBe('/data/~x')
})

test('services listen in the run directory', () => {
  expect(defaultServiceAddress('/data', 'chat')).toBe('unix:/data/run/chat.sock')
})
