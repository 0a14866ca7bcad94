import { Fault } from '@shared/fault/fault.ts'

/** The prompt alone fills the context. The wording is OpenAI's: clients look for "maximum context length". */
export const contextFault = (promptTokens: number | string, contextTokens: number): Fault =>
  new Fault(
    'context_length_exceeded',
    `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ` +
      `${promptTokens} tokens. Please reduce the length of the messages.`,
    { details: { promptTokens, contextTokens } },
  )
