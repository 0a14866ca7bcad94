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

test.each(['', 'root ::= "a"\0', '%llguidance {}', `root ::= ${'('.repeat(501)}"a"${')'.repeat(501)}`])(
  'a grammar that llama.cpp would not survive or not read is refused (%#)',
  (gbnf) => {
    expect(check(gbnf)).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'grammar' }))
  },
)

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
