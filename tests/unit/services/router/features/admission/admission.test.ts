import { expect, test } from 'bun:test'
import type { ModelId } from '@shared/inference/model-card.ts'
import { Admission } from '@service/router/features/admission/admission.ts'
import type { AdmissionTicket, EnteringRequest } from '@service/router/features/admission/admission.ts'
import { createManualClock, settled } from '../../../../../support/manual-clock.ts'
import { NO_MEMORY_FACTS } from '../../../../../support/queue/simulate-queue.ts'

const REQUEST: EnteringRequest = {
  requestId: '',
  visitId: '',
  lane: 'a',
  slots: 1,
  caller: 'local',
  requestClass: 'interactive',
  size: { bodyBytes: 400, limitTokens: 0 },
  patienceMs: undefined,
}

const createAdmission = (options: { queueLimit?: number; waitMs?: number } = {}) => {
  const clock = createManualClock()
  const refused: string[] = []
  const admission = new Admission({
    queueLimit: 10,
    waitMs: 1000,
    batchWaitMs: 500,
    modelTurnMs: 200,
    ...options,
    memory: NO_MEMORY_FACTS,
    clock,
    onRefused: (reason, requestClass) => void refused.push(`${requestClass} ${reason}`),
  })
  const enter = (
    requestId: string,
    signal = new AbortController().signal,
    changes: Partial<EnteringRequest> = {},
  ): Promise<AdmissionTicket> =>
    admission.enter({ ...REQUEST, requestId, visitId: `visit ${requestId}`, ...changes }, signal)
  return { admission, clock, enter, refused }
}

test('the next one enters when a ticket is given back, and is told how long it waited', async () => {
  const { clock, enter } = createAdmission()
  const first = await enter('1')
  const second = enter('2')
  await clock.advance(300)
  first.release()
  expect(first.queuedMs).toBe(0)
  expect((await second).queuedMs).toBe(300)
})

test('a ticket that is given back twice frees one slot', async () => {
  const { admission, enter } = createAdmission()
  const first = await enter('1')
  const second = enter('2')
  const third = enter('3')
  first.release()
  first.release()
  await second
  expect(admission.waitingCount).toBe(1)
  expect(admission.runningCount).toBe(1)
  ;(await second).release()
  ;(await third).release()
  expect([admission.waitingCount, admission.runningCount]).toEqual([0, 0])
})

test('who has waited as long as one may is told the place and when to come back', async () => {
  const { clock, enter, refused } = createAdmission()
  await enter('1')
  const second = enter('2')
  const refusal = second.catch((error: unknown) => error)
  await clock.advance(1000)
  expect(await refusal).toMatchObject({
    code: 'overloaded',
    status: 503,
    retryAfterSeconds: 1,
    details: { position: 1, etaMs: 1000 },
  })
  expect(refused).toEqual(['interactive waited-too-long'])
})

test('who finds the queue full is told the place and when to come back', async () => {
  const { clock, enter, refused } = createAdmission({ queueLimit: 1 })
  await enter('1')
  void enter('2')
  await clock.advance(500)
  await expect(enter('3')).rejects.toMatchObject({
    code: 'queue_full',
    status: 429,
    details: { position: 2, etaMs: 1000 },
  })
  expect(refused).toEqual(['interactive queue-full'])
})

test('a client that leaves the queue is out of it at once, without being counted as refused', async () => {
  const { admission, enter, refused } = createAdmission()
  const first = await enter('1')
  const client = new AbortController()
  const second = enter('2', client.signal)
  expect(admission.waitingCount).toBe(1)
  client.abort(new Error('left'))
  expect(admission.waitingCount).toBe(0)
  await expect(second).rejects.toThrow('left')
  first.release()
  await settled()
  expect(admission.runningCount).toBe(0)
  expect(refused).toEqual([])
})

test('a client that has left already never takes a slot', async () => {
  const { admission, enter } = createAdmission()
  await expect(enter('1', AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  expect([admission.waitingCount, admission.runningCount]).toEqual([0, 0])
})

test('a client that leaves after it got its slot does not disturb the queue', async () => {
  const { admission, clock, enter } = createAdmission()
  const first = await enter('1')
  const client = new AbortController()
  const second = enter('2', client.signal)
  first.release()
  const ticket = await second
  client.abort()
  await clock.advance(5000)
  expect(admission.runningCount).toBe(1)
  ticket.release()
  expect(admission.runningCount).toBe(0)
})

test('a request whose deadline has passed is refused without a slot', async () => {
  const { admission, enter, refused } = createAdmission()
  const late = enter('1', undefined, { patienceMs: 0, requestClass: 'batch' })
  await expect(late).rejects.toMatchObject({ code: 'overloaded', status: 503 })
  expect([admission.waitingCount, admission.runningCount]).toEqual([0, 0])
  expect(refused).toEqual(['batch deadline-passed'])
})

test('a caller with less patience than the queue is told when it is over', async () => {
  const { clock, enter, refused } = createAdmission()
  await enter('1')
  const second = enter('2', undefined, { patienceMs: 300 }).catch((error: unknown) => error)
  await clock.advance(299)
  expect(refused).toEqual([])
  await clock.advance(1)
  expect(await second).toMatchObject({ code: 'overloaded' })
})

test('one who waits is sent away for a caller with fewer places, and is told why', async () => {
  const { enter, refused } = createAdmission({ queueLimit: 2 })
  await enter('1')
  const second = enter('2')
  const third = enter('3').catch((error: unknown) => error)
  const other = enter('4', undefined, { caller: 'other' })
  expect(await third).toMatchObject({ code: 'queue_full', details: { position: 2 } })
  expect(refused).toEqual(['interactive queue-full'])
  void [second, other]
})

test('what a request really took counts for the share of its caller', async () => {
  const { admission, enter } = createAdmission()
  const first = await enter('1')
  const second = enter('2')
  const others = [enter('3', undefined, { caller: 'other' }), enter('4', undefined, { caller: 'other' })]
  const usage = { model: 'a' as ModelId, reasoningTokens: 0, firstTokenMs: null, decodeMs: 0, loadMs: 0 }
  // 250 tokens of work, where a hundred were expected; what was in the cache is none.
  const counts = { promptTokens: 900, cachedTokens: 800, completionTokens: 150 }
  admission.onUse({ ...usage, ...counts, visitId: 'visit 1' })
  admission.onUse({ ...usage, ...counts, visitId: 'visit that nobody knows' })
  first.release()
  for (const other of others) (await other).release()
  expect((await second).queuedMs).toBe(0)
})
