/** A conversation as a client sends it, in the form of each wire. */
export interface ScriptedChat {
  readonly system: string
  readonly turns: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[]
  /** The same as one text, for the wires that complete. */
  readonly text: string
}

const SENTENCE = 'Tell me, in "plain" words, what a node of this network does with a request. '

/** So many turns that the user has the last word when their number is odd. */
export const scriptedChat = (turns: number): ScriptedChat => {
  const said = Array.from({ length: turns }, (_, index) => ({
    role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content: SENTENCE.repeat(1 + (index % 4)),
  }))
  return { system: 'Be kind.', turns: said, text: said.map(({ content }) => content).join('\n') }
}
