import { expect, test } from 'bun:test'
import { createGrammarDesk } from '@service/chat/engines/llama-server/grammar-desk.ts'
import { Fault } from '@shared/fault/fault.ts'
import { scriptedClient } from './scripted-client.ts'

const REFUSED = new Fault(
  'invalid_request',
  'The engine refused the request: Failed to initialize samplers: failed to parse grammar',
)

const desk = () => {
  const listeners = new Set<(line: string) => void>()
  const grammars = createGrammarDesk({
    client: scriptedClient(() => []),
    close: () => Promise.resolve(),
    watchLines(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  const log = (line: string): void => listeners.forEach((listener) => listener(line))
  return { grammars, listeners, log }
}

// Recorded from the log of llama-server 0.5.0 on 2026-11-21.
test.each([
  [
    'parse: error parsing grammar: expecting ::= at :: broken',
    'root :: broken',
    'expecting ::= at :: broken',
  ],
  [
    // The line before has no end.
    "0.00.031.630 W Forcing pure content template.parse: error parsing grammar: Undefined rule identifier 'foo'",
    'root ::= foo',
    "Undefined rule identifier 'foo'",
  ],
  [
    '0.03.122.303 E unsupported grammar, left recursion detected for nonterminal at index 0',
    'root ::= root "a"',
    'left recursion detected for nonterminal at index 0',
  ],
  [
    "0.03.151.665 E grammar does not contain a 'root' symbol",
    'a ::= "a"',
    "grammar does not contain a 'root' symbol",
  ],
])('a refused grammar is told with the reason of the log (%#)', async (line, gbnf, reason) => {
  const { grammars, log } = desk()
  const use = grammars.enter(gbnf)
  const explained = use.explain(REFUSED)
  log('0.03.070.547 I slot get_availabl: id  1 | task -1 | selected slot by LRU, t_last = -1')
  log(line)
  expect(await explained).toMatchObject({
    code: 'invalid_request',
    param: 'grammar',
    message: `The grammar cannot be used: ${reason}.`,
  })
  use.leave()
})

test('a reason that quotes another grammar is not told', async () => {
  const { grammars, log } = desk()
  const use = grammars.enter('root :: "mine"')
  log('parse: error parsing grammar: expecting ::= at :: "a secret of somebody else"')
  expect(await use.explain(REFUSED)).toMatchObject({
    message: 'The grammar cannot be used: it is not valid GBNF.',
  })
  use.leave()
})

test('without a line in the log the grammar is refused all the same', async () => {
  const { grammars } = desk()
  const use = grammars.enter('root :: broken')
  expect(await use.explain(REFUSED)).toMatchObject({ code: 'invalid_request', param: 'grammar' })
  use.leave()
})

test('other errors stay as they are, and nobody listens any longer than needed', async () => {
  const { grammars, listeners } = desk()
  const use = grammars.enter('root ::= "a"')
  for (const error of [new Error('x'), new Fault('engine_failed', 'The engine failed: x')])
    expect(await use.explain(error)).toBe(error)
  expect(listeners.size).toBe(1)
  use.leave()
  expect(listeners.size).toBe(0)
})
