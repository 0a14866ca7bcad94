import { expect, test } from 'bun:test'
import { Visit } from '@service/router/features/forwarding/visit.ts'

const createVisit = () => {
  const told: string[] = []
  let now = 100
  const visit = new Visit(
    { visitId: 'v1', requestId: 'r', method: 'GET', path: '/' },
    {
      onFirstByte: (_visit, sinceArrivalMs) => void told.push(`first byte after ${sinceArrivalMs}`),
      onEnd: (ended, outcome, sinceArrivalMs) =>
        void told.push(`${outcome} ${ended.status} after ${sinceArrivalMs}`),
    },
    () => now,
  )
  return { visit, told, pass: (ms: number) => void (now += ms) }
}

test('a visit ends once, and gives back then what it held', () => {
  const { visit, told, pass } = createVisit()
  visit.hold(() => void told.push('slot'))
  visit.hold(() => void told.push('room'))
  visit.status = 200
  pass(5)
  visit.onFirstByte()
  pass(5)
  visit.end('answered')
  visit.end('client-left')
  expect(told).toEqual(['first byte after 5', 'slot', 'room', 'answered 200 after 10'])
})

test('a client that left before a reply has the status of that', () => {
  const { visit, told } = createVisit()
  visit.end('client-left')
  expect(told).toEqual(['client-left 499 after 0'])
})

test('what a visit is to hold after its end goes back at once', () => {
  const { visit, told } = createVisit()
  visit.end('client-left')
  visit.hold(() => void told.push('late'))
  expect(told.at(-1)).toBe('late')
})
