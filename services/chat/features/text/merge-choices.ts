import type { ChoiceEvent } from '@shared/dialects/text-dialect.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'

/** Several answers as one stream, each event as it comes. A failure of one ends all; leaving early ends all. */
export async function* mergeChoices(
  answers: readonly AsyncIterable<GenerationEvent>[],
): AsyncGenerator<ChoiceEvent> {
  const iterators = answers.map((answer) => answer[Symbol.asyncIterator]())
  const step = async (choice: number) => ({ choice, result: await iterators[choice]?.next() })
  const pending = new Map(iterators.map((_, choice) => [choice, step(choice)]))
  try {
    while (pending.size > 0) {
      const { choice, result } = await Promise.race(pending.values())
      if (result === undefined || result.done === true) {
        pending.delete(choice)
      } else {
        pending.set(choice, step(choice))
        yield { choice, event: result.value }
      }
    }
  } finally {
    for (const rest of pending.values()) rest.catch(() => undefined)
    await Promise.all([...pending.keys()].map((choice) => iterators[choice]?.return?.()))
  }
}
