import { expect, test } from 'bun:test'
import { earlierResponseIn } from '@service/router/policy/earlier-response-in-body.ts'

const find = (body: string): string | undefined => earlierResponseIn(new TextEncoder().encode(body))

test('the earlier response is found at the top level, wherever it stands', () => {
  expect(find('{"previous_response_id":"r1"}')).toBe('r1')
  expect(find('{"input":[{"previous_response_id":"no"}],"a":{},"previous_response_id" : "r\\u0031"}')).toBe(
    'r1',
  )
})

test('what names none, or not soundly, is for the service to judge', () => {
  for (const body of [
    '{"previous_response_id":null}',
    '{"previous_response_id":5}',
    '{"previous_response_id":""}',
    `{"previous_response_id":"${'x'.repeat(300)}"}`,
    '{"input":{"previous_response_id":"r1"}}',
    '{"a":1,"previous_response_id"',
    '[]',
    '',
    '{}',
  ])
    expect(find(body)).toBeUndefined()
})
