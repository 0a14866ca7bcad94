/** Strings, character classes and comments of GBNF, which hold no names; then names. */
const PARTS = /"(?:[^"\\]|\\[\s\S])*"|\[(?:[^\]\\]|\\[\s\S])*\]|#[^\n]*|[a-zA-Z][a-zA-Z0-9-]*/g

/** A grammar in GBNF whose start rule has another name, so that it can be a part of a larger one. */
export const renameRoot = (gbnf: string, name: string): string =>
  gbnf.replaceAll(PARTS, (part) => (part === 'root' ? name : part))
