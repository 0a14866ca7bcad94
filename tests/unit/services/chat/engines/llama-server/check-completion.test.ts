import { expect, test } from 'bun:test'
import type { CompletionRequest } from '@service/chat/engines/completion-engine.ts'
import { checkCompletion } from '@service/chat/engines/llama-server/check-completion.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'

const check = (gbnf: string | undefined, sampling: Sampling = {}) => {
  const request: CompletionRequest = {
    prompt: { type: 'text', text: 'x' },
    sampling,
    stop: [],
    visibleMarkers: [],
    ...(gbnf === undefined ? {} : { grammar: { gbnf } }),
  }
  return () => checkCompletion(request)
}

const refusal = (reason: string) =>
  expect.objectContaining({
    code: 'invalid_request',
    param: 'grammar',
    message: `The engine refused the grammar: ${reason}.`,
  })

test.each([
  ['', 'it is empty'],
  [' \n\t', 'it is empty'],
  ['root ::= "a"\0', 'it holds a NUL character'],
  ['%llguidance {}', 'it is written in another language than GBNF'],
  [`root ::= ${'('.repeat(501)}"a"${')'.repeat(501)}`, 'its groups are nested deeper than 500 levels'],
  [
    Array.from({ length: 10_001 }, (_, index) => `r${index} ::= "a"`).join('\n'),
    'it has more than 10000 rules',
  ],
])('a grammar that llama.cpp would not survive or not read is refused (%#)', (gbnf, reason) => {
  expect(check(gbnf)).toThrow(refusal(reason))
})

test('what is large but harmless passes', () => {
  const many = Array.from({ length: 9000 }, (_, index) => `r${index} ::= ("a" | [b-d])`).join('\n')
  expect(check(many)).not.toThrow()
  expect(check(`root ::= ${'('.repeat(400)}"a"${')'.repeat(400)}`)).not.toThrow()
})

test('brackets in strings, in classes and in comments do not nest', () => {
  const brackets = '('.repeat(2000)
  expect(check(`root ::= "\\"${brackets}" [\\]${brackets}] # ${brackets}\n`)).not.toThrow()
})

test('strings and classes without end are left to llama.cpp, and cost no time', () => {
  const startedAt = performance.now()
  for (const open of ['"', '[', '#', '"\\'])
    expect(check(`root ::= ${open}${'a'.repeat(1_000_000)}`)).not.toThrow()
  expect(performance.now() - startedAt).toBeLessThan(2000)
})

test('mirostat takes no penalties beside it, and says so', () => {
  const mirostat = { version: 2 } as const
  expect(check(undefined, { mirostat })).not.toThrow()
  expect(check(undefined, { mirostat, repeatPenalty: 1, presencePenalty: 0 })).not.toThrow()
  for (const penalty of [{ repeatPenalty: 1.1 }, { presencePenalty: 0.5 }, { frequencyPenalty: -1 }]) {
    expect(check(undefined, { mirostat, ...penalty })).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'mirostat' }),
    )
    expect(check(undefined, penalty)).not.toThrow()
  }
})
