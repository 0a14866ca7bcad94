import { expect, test } from 'bun:test'
import { createThinkBlock } from '@shared/dialects/external/think-block.ts'

const read = (pieces: readonly string[]) => {
  const block = createThinkBlock()
  const told = [...pieces.map((piece) => block.push(piece)), block.rest()]
  return {
    reasoning: told.map(({ reasoning }) => reasoning).join(''),
    text: told.map(({ text }) => text).join(''),
  }
}

test.each([
  ['<think>\nHm.</think>\n\nYes.', 'Hm.', 'Yes.'],
  ['  \n<think>a < b </thin c</think>d', 'a < b </thin c', 'd'],
  ['<think></think>x', '', 'x'],
  ['<think>\n\n a \n b \n\n</think> x ', 'a \n b', 'x '],
  ['no thought <think>late</think>', '', 'no thought <think>late</think>'],
  ['<thin', '', '<thin'],
  ['<think>cut off', 'cut off', ''],
  ['<think>a</think>b<think>c</think>', 'a', 'b<think>c</think>'],
  ['', '', ''],
  ['\n leading space stays', '', '\n leading space stays'],
])('%j is told apart wherever it is cut', (whole, reasoning, text) => {
  expect(read([whole])).toEqual({ reasoning, text })
  expect(read([...whole])).toEqual({ reasoning, text })
  for (let at = 1; at < whole.length; at += 1)
    expect(read([whole.slice(0, at), whole.slice(at)])).toEqual({ reasoning, text })
})
