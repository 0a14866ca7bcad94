import { expect, test } from 'bun:test'
import { AddressBook } from '@service/router/policy/cluster/address-book.ts'
import { nodeIdOf } from '../../../../../support/cluster-simulation/simulated-identity.ts'

const NODE = nodeIdOf(1)
const at = (last: number) => ({ host: `10.0.0.${last}`, linkPort: 8082, dataPort: 8081 })
const hostsIn = (book: AddressBook): readonly string[] => book.of(NODE).map(({ host }) => host.slice(7))

test('what was seen just now is tried before what the node says, that before memory, and each once', () => {
  const book = new AddressBook()
  book.learn(NODE, 'configured', [at(4)])
  book.learn(NODE, 'remembered', [at(3), at(1)])
  book.learn(NODE, 'announced', [at(2), at(3)])
  book.learn(NODE, 'seen', [at(1)])
  expect(hostsIn(book)).toEqual(['1', '2', '3', '4'])
})

test('says whether there is a new address', () => {
  const book = new AddressBook()
  expect(book.learn(NODE, 'remembered', [at(1)])).toBe(true)
  expect(book.learn(NODE, 'announced', [at(1)])).toBe(false)
  expect(book.learn(NODE, 'seen', [at(2)])).toBe(true)
  expect(book.learn(NODE, 'seen', [at(2)])).toBe(false)
})

test('what is seen is added, newest first; what the node says replaces what it said', () => {
  const book = new AddressBook()
  book.learn(NODE, 'seen', [at(1)])
  book.learn(NODE, 'seen', [at(2)])
  book.learn(NODE, 'announced', [at(3)])
  book.learn(NODE, 'announced', [at(4)])
  expect(hostsIn(book)).toEqual(['2', '1', '4'])
})

test('where a dial has found the node comes right after what was seen', () => {
  const book = new AddressBook()
  book.learn(NODE, 'announced', [at(1), at(2), at(3)])
  book.onFound(NODE, '10.0.0.3')
  expect(hostsIn(book)).toEqual(['3', '1', '2'])
  book.learn(NODE, 'seen', [at(9)])
  expect(hostsIn(book)).toEqual(['9', '3', '1', '2'])
})

test('a storm of sightings leaves a few', () => {
  const book = new AddressBook()
  for (let last = 1; last <= 200; last += 1) book.learn(NODE, 'seen', [at(last)])
  expect(book.of(NODE)).toHaveLength(8)
  book.forget(NODE)
  expect(book.of(NODE)).toEqual([])
})
