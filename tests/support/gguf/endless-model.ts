import { bigramModel } from './bigram-model.ts'
import type { GgufPlan } from './gguf-layout.ts'

/** What the `endless` model says before it starts over with " one". */
export const ENDLESS_PIECES: readonly string[] = [
  'one',
  ' two',
  ' three',
  ' four',
  ' five',
  ' six',
  ' seven',
  ' eight',
  ' nine',
  ' ten',
  ' one',
]

export function endlessModel(): GgufPlan {
  return bigramModel({
    name: 'skein-test-endless',
    description: 'A test model: it counts from one to ten over and over and never ends its turn.',
    contextLength: 8192,
    pieces: ENDLESS_PIECES,
    repeatFrom: ' two',
  })
}
