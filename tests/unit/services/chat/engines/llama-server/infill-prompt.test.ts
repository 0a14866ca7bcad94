import { expect, test } from 'bun:test'
import { createInfillPrompt } from '@service/chat/engines/llama-server/infill-prompt.ts'
import { Fault } from '@shared/fault/fault.ts'
import { scriptedClient } from './scripted-client.ts'

const never = new AbortController().signal
const MARKERS: Readonly<Record<string, number>> = { '<pre>': 901, '<suf>': 902, '<mid>': 903, '<repo>': 904 }

interface TokenizeBody {
  readonly content: string
  readonly parse_special: boolean
  readonly add_special: boolean
}

/** A token for each character, 1 at the beginning of a sequence; markers are one token where they are read. */
const tokenize = ({ add_special, content, parse_special }: TokenizeBody): readonly number[] => [
  ...(add_special ? [1] : []),
  ...(parse_special ? content.split(/(<\w+>)/) : [content]).flatMap((part) =>
    parse_special && part in MARKERS
      ? [MARKERS[part] ?? 0]
      : Array.from(part, (character) => character.charCodeAt(0)),
  ),
]

const serverWith = (infill: () => unknown) => {
  const paths: string[] = []
  const client = scriptedClient((path, body) => {
    paths.push(path)
    // The body that the code under test sends to this path.
    return path === '/tokenize' ? { tokens: tokenize(body as TokenizeBody) } : infill()
  })
  return { client, paths }
}

test('both sides go between the markers that the server itself ends its prompt with', async () => {
  const { client, paths } = serverWith(() => ({ prompt: '<repo>myproject\n<pre><suf><mid>' }))
  const infill = createInfillPrompt(client)
  const tokens = [1, 901, 97, 902, 98, 99, 903]
  expect(await infill({ prefix: 'a', suffix: 'bc' }, never)).toEqual(tokens)
  expect(await infill({ prefix: 'a', suffix: 'bc' }, never)).toEqual(tokens)
  expect(paths.filter((path) => path === '/infill')).toHaveLength(1)
})

test('markers in the sides stay text', async () => {
  const { client } = serverWith(() => ({ prompt: '<pre><suf><mid>' }))
  const tokens = await createInfillPrompt(client)({ prefix: '<mid>', suffix: '' }, never)
  expect(tokens).toEqual([1, 901, ...Array.from('<mid>', (character) => character.charCodeAt(0)), 902, 903])
})

test('a model without markers for gaps refuses by name, every time', async () => {
  const { client } = serverWith(() => {
    throw new Fault('not_supported', 'llama-server cannot do this: Infill is not supported by this model')
  })
  const infill = createInfillPrompt(client)
  for (let round = 0; round < 2; round++) {
    await expect(infill({ prefix: 'a', suffix: 'b' }, never)).rejects.toMatchObject({
      code: 'invalid_request',
      param: 'suffix',
    })
  }
})

test('any other failure is told as it is', async () => {
  const { client } = serverWith(() => {
    throw new Fault('engine_failed', 'The engine failed: Loading model')
  })
  await expect(createInfillPrompt(client)({ prefix: 'a', suffix: 'b' }, never)).rejects.toMatchObject({
    code: 'engine_failed',
  })
})
