import { expect, test } from 'bun:test'
import { createAuditTrail } from '@service/router/features/access/audit-trail.ts'
import type { AuditEntry } from '@service/router/features/access/audit-trail.ts'
import type { Caller } from '@service/router/features/access/caller.ts'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import type { RouteScope } from '@shared/contracts/route-manifest.ts'
import { accessKey, TEST_SECRET } from '../../../../../support/access-key-for.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const withKey: Caller = { type: 'key', key: accessKey({ label: 'phone' }) }
const tries: Caller = { type: 'stranger', hasCredential: true }

const openTrail = () => {
  const entries: AuditEntry[] = []
  const world = { now: Date.parse('2027-01-31T12:00:00Z') }
  const trail = createAuditTrail({ write: (entry) => void entries.push(entry), now: () => world.now })
  const end = (caller: Caller, scope: RouteScope | undefined, status: number): void => {
    const facts = { visitId: 'v', requestId: 'r', method: 'POST', path: `/secret/${TEST_SECRET}` }
    const visit = new Visit(facts, { onFirstByte: () => undefined, onEnd: trail.onEnd }, () => 0)
    visit.caller = caller
    visit.peer = '192.168.1.9'
    visit.status = status
    if (scope !== undefined)
      visit.route = { service: 'chat', entry: routeEntry('POST', '/secret/:id', { scope }), slotsPerModel: 1 }
    visit.end('answered')
  }
  return { end, entries, world }
}

test('who changes the node is written down, with the template of the route and no more', () => {
  const { end, entries } = openTrail()
  end(withKey, 'manage', 200)
  expect(entries).toEqual([
    {
      time: '2027-01-31T12:00:00.000Z',
      requestId: 'r',
      key: 'key_0000000000000001',
      label: 'phone',
      peer: '192.168.1.9',
      method: 'POST',
      route: '/secret/:id',
      status: 200,
    },
  ])
  end({ type: 'local' }, 'admin', 201)
  expect(entries[1]).toMatchObject({ key: 'local', label: null, status: 201 })
  expect(JSON.stringify(entries)).not.toContain(TEST_SECRET)
})

test('who merely uses the node is not', () => {
  const { end, entries } = openTrail()
  end(withKey, 'inference', 200)
  end(withKey, 'metrics', 200)
  end(withKey, 'inference', 403)
  end({ type: 'stranger', hasCredential: false }, 'inference', 401)
  expect(entries).toEqual([])
})

test('a credential that is refused is, wherever it was tried, and so is a stranger at a door of the owner', () => {
  const { end, entries } = openTrail()
  end(tries, 'inference', 401)
  end(withKey, 'inference', 401)
  end({ type: 'stranger', hasCredential: false }, 'manage', 401)
  expect(entries.map(({ key, status }) => `${key} ${status}`)).toEqual([
    'none 401',
    'key_0000000000000001 401',
    'none 401',
  ])
})

test('who tries keys all day does not fill the disk, and how often they tried is known', () => {
  const { end, entries, world } = openTrail()
  for (let count = 0; count < 500; count += 1) end(tries, 'inference', 401)
  expect(entries).toHaveLength(60)
  end(withKey, 'manage', 200)
  expect(entries.at(-1)).toMatchObject({ status: 200, unwritten: 440 })
  world.now += 1000
  end(tries, 'inference', 401)
  expect(entries).toHaveLength(62)
  expect(entries.at(-1)?.unwritten).toBeUndefined()
})
