import type { DialectUnderTest } from './conversation.ts'
import { anthropicUnderTest } from './anthropic-under-test.ts'
import { ollamaUnderTest } from './ollama-under-test.ts'
import { openaiUnderTest } from './openai-under-test.ts'
import { responsesUnderTest } from './responses-under-test.ts'

/** Every dialect that can carry a conversation with tools. */
export const CHAT_DIALECTS: readonly DialectUnderTest[] = [
  openaiUnderTest,
  responsesUnderTest,
  anthropicUnderTest,
  ollamaUnderTest,
]
