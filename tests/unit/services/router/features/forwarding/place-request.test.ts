import { expect, test } from 'bun:test'
import type { EnteringRequest } from '@service/router/features/admission/admission.ts'
import type { CallTerms } from '@service/router/features/admission/call-terms.ts'
import { createPlaceRequest } from '@service/router/features/forwarding/place-request.ts'
import { Visit } from '@service/router/features/forwarding/visit.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import { accessKey } from '../../../../../support/access-key-for.ts'
import { scriptedCard } from '../../../../../support/scripted-node.ts'
import { routeEntry } from '../../../../../support/scripted-service.ts'

const NOW = 1_800_000_000_000

/** Places one request of a key; what it enters the queue with. */
const place = async (
  body: object,
  options: { headers?: Record<string, string>; terms?: CallTerms; cards?: readonly ModelCard[] } = {},
) => {
  const entered: EnteringRequest[] = []
  const placeRequest = createPlaceRequest({
    chooseModel: async () => 'llama' as ModelId,
    models: { cards: options.cards },
    admission: {
      async enter(request) {
        entered.push(request)
        return { queuedMs: 7, release: () => undefined }
      },
    },
    keeper: { admit: () => undefined },
    bodies: {
      readWhole: async (_visit, request) => new Uint8Array(await request.arrayBuffer()),
      stream: () => undefined,
    },
    now: () => NOW,
  })
  const facts = { visitId: 'v1', requestId: 'r1', method: 'POST', path: '/v1/x' }
  const visit = new Visit(facts, { onFirstByte: () => undefined, onEnd: () => undefined }, () => 0)
  visit.caller = { type: 'key', key: accessKey({ id: 'key-1' }) }
  visit.terms = options.terms
  const entry = routeEntry('POST', '/v1/x', { capability: 'chat', admission: 'engine' })
  const { headers = {} } = options
  const request = new Request('http://localhost/v1/x', {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  })
  await placeRequest(visit, { service: 'chat', entry, slotsPerModel: 3 }, request)
  return { visit, entered: entered[0] }
}

test('a request waits on the account of its key, with its size and the longest answer that it allows', async () => {
  const body = { model: 'llama', max_tokens: 50 }
  const { visit, entered } = await place(body)
  expect(entered).toEqual({
    visitId: 'v1',
    requestId: 'r1',
    caller: 'key-1',
    requestClass: 'interactive',
    lane: 'llama',
    slots: 3,
    size: { bodyBytes: JSON.stringify(body).length, limitTokens: 50 },
    patienceMs: undefined,
  })
  expect(visit.queuedMs).toBe(7)
  expect(visit.terms).toEqual({ caller: 'key-1', requestClass: 'interactive', deadline: undefined })
})

test('a model of another machine has the slots of that machine', async () => {
  const card = { ...scriptedCard('llama'), slots: 8 }
  expect((await place({ model: 'llama' }, { cards: [card] })).entered?.slots).toBe(8)
})

test('the header says the class; without it the tier does', async () => {
  const flexible = { service_tier: 'flex' }
  expect((await place(flexible)).entered?.requestClass).toBe('batch')
  expect((await place({}, { headers: { 'x-skein-class': 'batch' } })).entered?.requestClass).toBe('batch')
  const urgent = { headers: { 'x-skein-class': 'interactive' } }
  expect((await place(flexible, urgent)).entered?.requestClass).toBe('interactive')
})

test('a caller and a deadline that a client writes itself are not heard', async () => {
  const headers = { 'x-skein-caller': 'key-2', 'x-skein-deadline': '1' }
  expect((await place({}, { headers })).entered).toMatchObject({ caller: 'key-1', patienceMs: undefined })
})

test('a call of our own services waits on the account and with the patience that it carries', async () => {
  const terms = { caller: 'key-9', requestClass: 'batch', deadline: NOW + 4000 } as const
  expect((await place({}, { terms })).entered).toMatchObject({
    caller: 'key-9',
    requestClass: 'batch',
    patienceMs: 4000,
  })
})
