// Everything that could move the cursor, change colours or talk to the terminal; tab and line feed stay.
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g

/** Text of models and files, made harmless for a terminal. */
export const printableText = (text: string): string => text.replaceAll(CONTROL_CHARACTERS, '')
