import { describe, expect, test } from 'bun:test'
import { BATCH_WAIT_MS, createStory } from '../../../../../support/queue/queue-story.ts'

describe('two classes', () => {
  test('interactive requests go before those of batch that came earlier', () => {
    const { queue, request, happened } = createStory()
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2, { requestClass: 'batch' }), 0)
    queue.onRequest(request(3), 10)
    expect(queue.find('r2', 10)).toMatchObject({ position: 2 })
    happened()
    queue.onDone(1, 20)
    queue.onDone(3, 30)
    expect(happened()).toEqual(['grant 3 after 10', 'grant 2 after 30'])
  })

  test('a batch request that has waited for long counts as interactive', () => {
    const { queue, request, happened } = createStory(1000)
    queue.onRequest(request(1), 0)
    queue.onRequest(request(2, { requestClass: 'batch', caller: 'night' }), 0)
    for (let ticket = 3; ticket <= 100; ticket += 1) queue.onRequest(request(ticket), 0)
    happened()
    queue.onDone(1, BATCH_WAIT_MS - 1)
    expect(happened()).toEqual([`grant 3 after ${BATCH_WAIT_MS - 1}`])
    queue.onDone(3, BATCH_WAIT_MS)
    expect(happened()).toEqual([`grant 2 after ${BATCH_WAIT_MS}`])
  })
})

describe('several callers', () => {
  test('one short request waits for one turn of the engine behind five hundred long ones of another', () => {
    const { queue, request, happened } = createStory(1000)
    const size = { bodyBytes: 40_000, limitTokens: 1000 }
    for (let ticket = 1; ticket <= 501; ticket += 1)
      queue.onRequest(request(ticket, { caller: 'many', size }), 0)
    queue.onRequest(request(502, { caller: 'one' }), 10)
    expect(queue.find('r502', 10)).toMatchObject({ position: 1 })
    happened()
    queue.onDone(1, 5000)
    expect(happened()).toEqual(['grant 502 after 4990'])
  })

  test('a full queue sends the newest away of the caller who has most of it', () => {
    const { queue, request, happened } = createStory(4)
    for (const ticket of [1, 2, 3, 4, 5]) queue.onRequest(request(ticket, { caller: 'flood' }), 0)
    happened()
    queue.onRequest(request(6, { caller: 'flood' }), 10)
    expect(happened()).toEqual(['refuse 6 queue-full position 5 eta 50'])
    queue.onRequest(request(7, { caller: 'other' }), 10)
    expect(happened()).toEqual(['refuse 5 queue-full position 4 eta 40'])
    queue.onDone(1, 20)
    expect(happened()).toEqual(['grant 7 after 10'])
  })

  test('who was counted to have taken more waits until the others have had as much', () => {
    const { queue, request, happened } = createStory()
    const callers = ['a', 'a', 'b', 'b', 'b']
    callers.forEach((caller, at) => queue.onRequest(request(at + 1, { caller }), 0))
    queue.onCost('a', 1, { promptTokens: 150, completionTokens: 50 })
    queue.onDone(1, 10)
    queue.onCost('a', 1, { promptTokens: 0, completionTokens: 50 })
    happened()
    for (const ticket of [3, 4, 5]) queue.onDone(ticket, 20)
    expect(happened()).toEqual(['grant 4 after 20', 'grant 5 after 20', 'grant 2 after 20'])
    // Of a request that nobody knows any more.
    queue.onCost('a', 99, { promptTokens: 1, completionTokens: 1 })
  })
})
