import type { ReasoningFormat } from './chat-format.ts'

const REASONING_FORMATS: readonly ReasoningFormat[] = [
  { open: '<think>', close: '</think>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '<thinking>', close: '</thinking>' },
]

/** Templates handle what was thought before, and so tell with which markers a model thinks. */
export const reasoningFormatOf = (chatTemplate: string): ReasoningFormat | undefined =>
  REASONING_FORMATS.find(({ close }) => chatTemplate.includes(close))
