import { expect, test } from 'bun:test'
import { UnreadBody } from '@service/router/features/other-nodes/unread-body.ts'

const sourceOf = (...pieces: string[]) => {
  let cancelled = 0
  const encoder = new TextEncoder()
  const left = [...pieces]
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        const piece = left.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(encoder.encode(piece))
      },
      cancel: () => void (cancelled += 1),
    },
    { highWaterMark: 0 },
  )
  return { stream, cancelled: () => cancelled }
}

test('what nobody has read can be opened again, also after it was cancelled', async () => {
  const { stream, cancelled } = sourceOf('a', 'b')
  const body = new UnreadBody(stream)
  await body.open().cancel()
  expect(body.isUnread).toBe(true)
  expect(await new Response(body.open()).text()).toBe('ab')
  expect(body.isUnread).toBe(false)
  expect(cancelled()).toBe(0)
})

test('what was read in part is no longer unread, and its source ends with its reader', async () => {
  const { stream, cancelled } = sourceOf('a', 'b')
  const body = new UnreadBody(stream)
  const reader = body.open().getReader()
  await reader.read()
  expect(body.isUnread).toBe(false)
  await reader.cancel()
  expect(cancelled()).toBe(1)
})

test('a source that fails fails its readers', async () => {
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: () => Promise.reject(new Error('too long')),
  })
  await expect(new Response(new UnreadBody(failing).open()).text()).rejects.toThrow('too long')
})
