/** What a model is told of one result at most: about a quarter of so many tokens. */
export const MOST_OUTPUT_CHARACTERS = 100_000

/** A result that is longer than a model could read ends with a note that says so. */
export const cutOutput = (text: string): string =>
  text.length <= MOST_OUTPUT_CHARACTERS
    ? text.trimEnd()
    : `${text.slice(0, MOST_OUTPUT_CHARACTERS).toWellFormed()}\n[cut: the result has ${text.length} characters]`
