import type { Message } from './generate-request.ts'

/** The text of a message: its text parts, joined. */
export const messageText = ({ parts }: Message): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
