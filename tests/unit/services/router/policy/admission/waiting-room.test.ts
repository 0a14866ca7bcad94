import { expect, test } from 'bun:test'
import { WaitingRoom } from '@service/router/policy/admission/waiting-room.ts'
import type { Guest } from '@service/router/policy/admission/waiting-room.ts'

const guest = (
  ticket: number,
  caller: string,
  requestClass: Guest['requestClass'] = 'interactive',
): Guest => ({
  ticket,
  caller,
  requestClass,
})

const roomOf = (...guests: readonly Guest[]): WaitingRoom => {
  const room = new WaitingRoom(guests.length)
  for (const each of guests) room.enter(each)
  return room
}

test('a caller alone may have all places, and is the one who is sent away then', () => {
  const room = roomOf(guest(1, 'a'), guest(2, 'a'), guest(3, 'a'))
  expect(room.isFull).toBe(true)
  expect(room.whoGoesFor(guest(4, 'a'))).toBeUndefined()
})

test('who has most gives up the newest place for one who has fewer, until they have as many', () => {
  const room = roomOf(guest(1, 'a'), guest(2, 'a'), guest(3, 'a'), guest(4, 'a'))
  expect(room.whoGoesFor(guest(5, 'b'))).toBe(4)
  room.leave(guest(4, 'a'))
  room.enter(guest(5, 'b'))
  expect(room.whoGoesFor(guest(6, 'b'))).toBe(3)
  room.leave(guest(3, 'a'))
  room.enter(guest(6, 'b'))
  expect(room.whoGoesFor(guest(7, 'b'))).toBeUndefined()
  expect(room.whoGoesFor(guest(7, 'c'))).toBeDefined()
})

test('places of batch are given up first', () => {
  const room = roomOf(guest(1, 'a', 'batch'), guest(2, 'a', 'batch'), guest(3, 'a'), guest(4, 'a'))
  expect(room.whoGoesFor(guest(5, 'b'))).toBe(2)
})

test('a caller whose batch fills the room still gets a place for somebody who sits and waits', () => {
  const room = roomOf(guest(1, 'a', 'batch'), guest(2, 'a', 'batch'))
  expect(room.whoGoesFor(guest(3, 'a'))).toBe(2)
  expect(room.whoGoesFor(guest(3, 'a', 'batch'))).toBeUndefined()
})

test('a place is free once, however often its guest leaves', () => {
  const room = roomOf(guest(1, 'a'), guest(2, 'b'))
  room.leave(guest(1, 'a'))
  room.leave(guest(1, 'a'))
  room.leave(guest(9, 'nobody'))
  expect([room.size, room.isFull]).toEqual([1, false])
})

test('a room without places sends everybody away', () => {
  const room = roomOf()
  expect([room.isFull, room.whoGoesFor(guest(1, 'a'))]).toEqual([true, undefined])
})
