/** What is wrong with a GGUF file, as a sentence for its owner. Thrown inside this folder only. */
export class GgufDefect extends Error {}
