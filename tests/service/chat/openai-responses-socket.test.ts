import { afterEach, expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { callApp } from '../../support/call-app.ts'
import { eventually } from '../../support/eventually.ts'
import { RESPONSES, createResponsesNode, createTurnstile } from '../../support/scripted-responses.ts'
import type { ScriptedNode } from '../../support/scripted-node.ts'
import type { WireJson } from '../../support/wire-json.ts'

const open: { node: ScriptedNode; socket: WebSocket }[] = []

afterEach(async () => {
  for (const { node, socket } of open.splice(0)) {
    socket.close()
    await node.app.server?.stop(true)
  }
})

/** A client of a scripted node on a real port, which collects what comes. */
const connect = async (node = createResponsesNode()) => {
  node.app.listen({ port: 0, hostname: '127.0.0.1' })
  const socket = new WebSocket(`ws://127.0.0.1:${node.app.server?.port}${RESPONSES}`)
  open.push({ node, socket })
  const messages: WireJson[] = []
  const closed = Promise.withResolvers<number>()
  const opened = Promise.withResolvers<void>()
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('message', ({ data }) => void messages.push(JSON.parse(String(data))))
  socket.addEventListener('close', ({ code }) => closed.resolve(code))
  await opened.promise
  const until = async (type: string): Promise<WireJson> => {
    await eventually(type, () => messages.some((message) => message.type === type))
    return messages.find((message) => message.type === type)
  }
  /** One turn, and the response that it ends with. */
  const turn = async (body: object): Promise<WireJson> => {
    messages.length = 0
    socket.send(JSON.stringify({ type: 'response.create', ...body }))
    return (await until('response.completed')).response
  }
  return { node, socket, messages, until, turn, closed: closed.promise }
}

test('a response is told in the events of the stream, as messages', async () => {
  const { messages, node, turn } = await connect()
  const response = await turn({ input: 'hi', model: 'tiny' })
  expect(messages.map(({ sequence_number: number }) => number)).toEqual(messages.map((_, index) => index))
  expect(messages[0].type).toBe('response.created')
  expect(response.output[0].content[0].text).toBe('Hello from the script.')
  expect(await (await callApp(node.app, `${RESPONSES}/${response.id}`)).json()).toEqual(response)
  expect((await callApp(node.app, `${RESPONSES}/${response.id}?stream=true`)).status).toBe(200)
})

test('a conversation goes on in the socket, also from what was not stored, and only there', async () => {
  const { node, turn } = await connect()
  const first = await turn({ input: 'one', store: false })
  const second = await turn({ input: 'two', store: false, previous_response_id: first.id })
  const third = await turn({ input: 'three', previous_response_id: second.id })
  const prompt = node.driver.requests.at(-1)?.prompt
  expect(prompt?.type === 'chat' ? prompt.messages.map(({ role }) => role) : []).toEqual([
    'user', 'assistant', 'user', 'assistant', 'user',
  ]) // prettier-ignore
  expect((await callApp(node.app, `${RESPONSES}/${second.id}`)).status).toBe(404)
  expect((await callApp(node.app, `${RESPONSES}/${third.id}/input_items`)).status).toBe(200)
  const other = await connect(createResponsesNode())
  other.socket.send(JSON.stringify({ type: 'response.create', input: 'x', previous_response_id: second.id }))
  expect((await other.until('error')).error).toMatchObject({
    type: 'not_found',
    code: 'previous_response_not_found',
  })
})

test('what is not understood is told, and the socket stays open', async () => {
  const { messages, socket, turn, until } = await connect()
  const wrong: readonly (readonly [string | Uint8Array<ArrayBuffer>, string])[] = [
    ['hello', 'unsupported message type'],
    ['{"type":', 'unsupported message type'],
    ['[]', 'unsupported message type'],
    ['null', 'unsupported message type'],
    ['7', 'unsupported message type'],
    [new Uint8Array([1, 2]), 'unsupported message type'],
    ['['.repeat(100_000), 'unsupported message type'],
    ['{"type":"response.steer"}', "unsupported message type: 'response.steer'"],
    ['{"type":"response.create"}', "'input' is missing"],
    ['{"type":"response.create","input":"x","temperature":"hot"}', "Invalid 'temperature'"],
    ['{"type":"response.create","input":"x","background":true}', "'background' is not supported"],
    ['{"type":"response.create","input":"x","model":"gpt-99"}', "'gpt-99' does not exist"],
  ]
  for (const [message, said] of wrong) {
    messages.length = 0
    socket.send(message)
    const { error, status, type } = await until('error')
    expect([type, status >= 400]).toEqual(['error', true])
    expect(error.message).toContain(said)
    expect(error.code).toBeString()
  }
  expect((await turn({ input: 'hi', temperature: null })).status).toBe('completed')
})

test('a second response at the same time is refused, the first goes on', async () => {
  const node = createResponsesNode()
  const { gate, let: letThrough } = createTurnstile()
  node.driver.script = { gate }
  const { socket, until } = await connect(node)
  socket.send(JSON.stringify({ type: 'response.create', input: 'one' }))
  await until('response.in_progress')
  socket.send(JSON.stringify({ type: 'response.create', input: 'two' }))
  expect((await until('error')).error).toMatchObject({ code: 'conflict' })
  letThrough(9)
  expect((await until('response.completed')).response.id).toBe('resp_00000001')
})

test('a failure of the engine is told, before and in the middle of an answer', async () => {
  const node = createResponsesNode()
  node.driver.script = [
    { refuses: new Fault('context_length_exceeded', 'Too long by far.') },
    { failsAfter: 1 },
  ]
  const { messages, socket, until } = await connect(node)
  socket.send(JSON.stringify({ type: 'response.create', input: 'one' }))
  expect(await until('error')).toMatchObject({ status: 400, error: { code: 'context_length_exceeded' } })
  expect(messages).toHaveLength(1)
  messages.length = 0
  socket.send(JSON.stringify({ type: 'response.create', input: 'two' }))
  await until('response.failed')
  expect(messages.at(-2)).toMatchObject({ type: 'error', error: { type: 'model_error' } })
})

test('a client that goes away stops its response', async () => {
  const node = createResponsesNode()
  node.driver.script = { gate: createTurnstile().gate }
  const { socket, until } = await connect(node)
  socket.send(JSON.stringify({ type: 'response.create', input: 'one' }))
  await until('response.in_progress')
  socket.close()
  await eventually('the engine has stopped', () => node.driver.signals[0]?.aborted === true)
  const { status } = (await (await callApp(node.app, `${RESPONSES}/resp_00000001`)).json()) as {
    status: string
  }
  expect(status).toBe('cancelled')
})

test('a client that does not read holds up its response, and nothing piles up', async () => {
  const node = createResponsesNode()
  const piece = 'x'.repeat(64 * 1024)
  let written = 0
  node.driver.script = {
    pieces: Array.from({ length: 2000 }, () => piece),
    gate: async () => void (written += 1),
  }
  const { socket, messages, until } = await connect(node)
  // Bun's own client can stop reading.
  ;(socket as unknown as { pause(): void }).pause()
  socket.send(JSON.stringify({ type: 'response.create', input: 'hi', store: false }))
  let before = -1
  await eventually('the engine has stopped writing', async () => {
    const isStill = written > 0 && written === before
    before = written
    await Bun.sleep(200)
    return isStill
  })
  expect(written).toBeLessThan(1500)
  ;(socket as unknown as { resume(): void }).resume()
  await until('response.output_text.delta')
  await eventually('it goes on when the client reads', () => written === 2000)
  expect(messages.length).toBeGreaterThan(0)
}, 30_000)

test('a message of more than 10 MB closes the socket', async () => {
  const { closed, socket } = await connect()
  socket.send(JSON.stringify({ type: 'response.create', input: 'x'.repeat(10 * 1024 * 1024) }))
  expect([1006, 1009]).toContain(await closed)
})

test('a socket is open for an hour at most', async () => {
  const node = createResponsesNode()
  const { closed, until } = await connect(node)
  await node.clock.advance(60 * 60 * 1000)
  expect((await until('error')).error.code).toBe('websocket_connection_limit_reached')
  expect(await closed).toBe(1000)
})

test('a plain GET is told that there is no such route', async () => {
  expect((await callApp(createResponsesNode().app, RESPONSES)).status).toBe(404)
})
