import { expect, test } from 'bun:test'
import { doctorPlugin } from '@service/router/features/doctor/doctor-plugin.ts'
import { openNetwork, scriptedDoctor } from '../../../../../support/doctor/scripted-doctor.ts'
import type { WireJson } from '../../../../../support/wire-json.ts'

const ask = async (path: string, method = 'GET', doctor = scriptedDoctor()) => {
  const reply = await doctorPlugin(doctor).handle(new Request(`http://localhost${path}`, { method }))
  return { status: reply.status, body: (await reply.json()) as WireJson }
}

test('the report has findings with a cause and the map of links', async () => {
  const { body, status } = await ask('/v1/doctor')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    object: 'doctor.report',
    node: 'node-1',
    clusterId: 'a-cluster',
    isHealthy: true,
    findings: [{ cause: 'fine', node: 'node-2', severity: 'ok' }],
    map: { nodes: [{ name: 'node-1' }, { name: 'node-2' }], links: [{ state: 'up', rttMs: 1 }] },
  })
})

test('what is no address is refused by its name, before anybody is knocked at', async () => {
  const doctor = scriptedDoctor({
    network: openNetwork({ probe: () => Promise.reject(new Error('Nobody should be knocked at')) }),
  })
  for (const address of ['http://x', 'a b', '[::1', 'x:99999', '', `${'a'.repeat(400)}`]) {
    const { body, status } = await ask(`/v1/doctor?address=${encodeURIComponent(address)}`, 'GET', doctor)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain('address')
  }
})

test('who asks while the doctor looks gets the same report', async () => {
  let looks = 0
  const doctor = scriptedDoctor({
    look: async () => {
      looks += 1
      return []
    },
  })
  const [one, two] = await Promise.all([doctor.check(), doctor.check()])
  expect(one).toBe(two)
  expect(looks).toBe(1)
  await doctor.check()
  expect(looks).toBe(2)
})

test('nodes that give no measurement are named', async () => {
  const { body } = await ask('/v1/doctor/bandwidth', 'POST')
  expect(body).toMatchObject({
    object: 'doctor.bandwidth',
    data: [],
    map: { links: [{ bytesPerSecond: null }] },
  })
  expect(body.leftOut).toHaveLength(1)
})

test('nobody scans a network by it: only some machines are looked at at the same time', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly []>()
  const doctor = scriptedDoctor({ look: () => promise })
  const hosts = [1, 2, 3, 4, 5, 6].map((number) => `192.168.1.${number}`)
  const asked = hosts.map((host) => ask(`/v1/doctor?address=${host}`, 'GET', doctor))
  const refused = await Promise.all(asked.slice(4))
  expect(refused.map(({ status }) => status)).toEqual([429, 429])
  resolve([])
  const answered = await Promise.all(asked.slice(0, 4))
  expect(answered.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await ask('/v1/doctor?address=192.168.1.9', 'GET', doctor)).status).toBe(200)
})
