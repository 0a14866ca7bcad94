import { afterAll, describe, setDefaultTimeout } from 'bun:test'
import type { CompletionEngine, CompletionEngineDriver } from '@service/chat/engines/completion-engine.ts'
import { describeChatPrompts } from './completion-engine/chat-prompts.ts'
import { describeGrammars } from './completion-engine/grammars.ts'
import { describeInfill } from './completion-engine/infill.ts'
import { describeLogprobs } from './completion-engine/logprobs.ts'
import { describeMarkers } from './completion-engine/markers.ts'
import { createEngineBench } from './text-engine/engine-bench.ts'

/** What is not the same everywhere. */
export interface EngineHabits {
  /** Tokens that are parts of one character are told as one, the last. */
  readonly joinsCharacters?: boolean
}

/** What the port `CompletionEngineDriver` promises beyond `TextEngineDriver`, for any driver. @param createDriver called once */
export const describeCompletionEngine = (
  name: string,
  createDriver: () => CompletionEngineDriver,
  habits: EngineHabits = {},
): void => {
  setDefaultTimeout(30_000)
  describe(`${name} completes`, () => {
    const bench = createEngineBench<CompletionEngine, CompletionEngineDriver>(createDriver)
    afterAll(() => bench.close())
    describe('grammars', () => describeGrammars(bench))
    describe('probabilities', () => describeLogprobs(bench, habits))
    describe('markers', () => describeMarkers(bench))
    describe('chats', () => describeChatPrompts(bench))
    describe('filling in', () => describeInfill(bench))
  })
}
