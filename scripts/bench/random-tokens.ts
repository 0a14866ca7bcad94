/** Random ordinary tokens of the bench model: no two prompts share a beginning, so that no cache helps anybody. */
export const randomTokens = (count: number): number[] =>
  Array.from({ length: count }, () => 1000 + Math.floor(Math.random() * 100_000))
