import { describe, expect, test } from 'bun:test'
import { CommandFailure } from '../../../../../scripts/skein/terminal/command-failure.ts'
import { skein } from '../scripted-door.ts'

const sse = (...frames: readonly string[]): Response =>
  new Response(frames.map((frame) => `${frame}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  })

const delta = (content: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}`

describe('skein run', () => {
  const stream = { 'POST /v1/chat/completions': () => sse(delta('Hel'), delta('lo'), 'data: [DONE]') }

  test('writes the answer as it comes', async () => {
    expect(await skein(stream, 'run', 'm', 'Say', 'hello')).toMatchObject({
      output: 'Hello\n',
      thrown: undefined,
    })
  })

  test('asks what its options say', async () => {
    let body: unknown
    await skein(
      {
        'POST /v1/chat/completions': async (request) => {
          body = await request.json()
          return sse('data: [DONE]')
        },
      },
      'run',
      'm',
      'hi',
      '--system',
      'Be brief.',
      '--temperature',
      '0',
      '--max-tokens',
      '7',
      '--seed',
      '-1',
    )
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      temperature: 0,
      max_tokens: 7,
      seed: -1,
      stream: true,
    })
  })

  test('hands over the reply as it is for --json', async () => {
    const reply = { id: 'chatcmpl-1', choices: [] }
    const { output } = await skein({ 'POST /v1/chat/completions': () => reply }, 'run', 'm', 'hi', '--json')
    expect(JSON.parse(output)).toEqual(reply)
  })

  test('fails in the words of the node', async () => {
    const refusal = Response.json({ error: { message: "The model 'm' does not exist." } }, { status: 404 })
    const { thrown } = await skein({ 'POST /v1/chat/completions': () => refusal }, 'run', 'm', 'hi')
    expect(thrown).toBeInstanceOf(CommandFailure)
    expect(thrown).toMatchObject({ message: "The model 'm' does not exist.", exitCode: 1 })
  })

  test('fails when the answer breaks off, with and without a last word', async () => {
    const failed = `event: error\ndata: ${JSON.stringify({ error: { message: 'The engine died.' } })}`
    const told = await skein(
      { 'POST /v1/chat/completions': () => sse(delta('Hel'), failed, 'data: [DONE]') },
      'run',
      'm',
      'hi',
    )
    expect(told.output).toBe('Hel')
    expect(told.thrown).toMatchObject({ message: 'The answer broke off: The engine died.' })
    const silent = await skein({ 'POST /v1/chat/completions': () => sse(delta('Hel')) }, 'run', 'm', 'hi')
    expect(silent.thrown).toMatchObject({
      message: 'The answer broke off: the connection to the node was lost.',
    })
  })

  test('makes what a model says harmless on a screen', async () => {
    const { output } = await skein(
      { 'POST /v1/chat/completions': () => sse(delta('a\u001B[2Jb\n\tc'), 'data: [DONE]') },
      'run',
      'm',
      'hi',
    )
    expect(output).toBe('a[2Jb\n\tc\n')
  })
})
