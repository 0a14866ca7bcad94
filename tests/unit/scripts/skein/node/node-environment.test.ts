import { expect, test } from 'bun:test'
import { SERVICE_NAMES } from '@shared/contracts/service-name.ts'
import { nodeEnvironment } from '../../../../../scripts/skein/node/node-environment.ts'

const environment = nodeEnvironment(
  { PATH: '/bin', CHAT_SLOTS: '2', CHAT_LISTEN: 'http://127.0.0.1:1', SKEIN_HOME: '~/elsewhere' },
  { home: '/data', host: '127.0.0.1', port: 9000, socketOf: (service) => `/run/${service}.sock` },
)

test('joins the services of the node', () => {
  expect(environment).toMatchObject({
    SKEIN_HOME: '/data',
    CHAT_LISTEN: 'unix:/run/chat.sock',
    CHAT_MODEL_STORE_ADDRESS: 'unix:/run/model-store.sock',
    MODEL_STORE_LISTEN: 'unix:/run/model-store.sock',
    ROUTER_HOST: '127.0.0.1',
    ROUTER_PORT: '9000',
  })
})

test('tells the router of every service behind it', () => {
  const listed = (environment['ROUTER_SERVICES'] ?? '').split(',').map((entry) => entry.split('=')[0] ?? '')
  expect(listed.toSorted()).toEqual(SERVICE_NAMES.filter((name) => name !== 'router').toSorted())
})

test("leaves the operator's own variables as they are", () => {
  expect(environment).toMatchObject({ PATH: '/bin', CHAT_SLOTS: '2' })
})
