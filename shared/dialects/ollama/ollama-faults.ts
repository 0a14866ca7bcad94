import type { Fault } from '@shared/fault/fault.ts'

/** Ollama's error envelope: one sentence; the status says the rest. */
export interface OllamaFaultBody {
  readonly error: string
}

export const ollamaFaultBody = (fault: Fault): OllamaFaultBody => ({ error: sentenceOf(fault) })

/** Clients look for Ollama's own sentence to offer a pull. */
const sentenceOf = ({ code, details, message }: Fault): string =>
  code === 'model_not_found' && details?.['model'] !== undefined
    ? `model '${details['model']}' not found`
    : message

/** The last line of a stream that fails after its first byte. */
export const ollamaFaultFrame = (fault: Fault): string => `${JSON.stringify(ollamaFaultBody(fault))}\n`
