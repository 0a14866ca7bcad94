import type { TextEngine, TextEngineDriver } from '@shared/inference/text-engine.ts'
import type { CompletionEngine, CompletionEngineDriver } from './completion-engine.ts'

/** A driver whose engines know reasoning and calls, over one whose engines know text. */
export const formattedTextEngineDriver = (driver: CompletionEngineDriver): TextEngineDriver => ({
  ...driver,
  load: async (card, options, signal) => formattedTextEngine(await driver.load(card, options, signal)),
})

const formattedTextEngine = (engine: CompletionEngine): TextEngine => ({
  ...engine,
  generate: (request, signal) => engine.complete({ ...request, visibleMarkers: [] }, signal),
})
