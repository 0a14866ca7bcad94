/** What is found out while the messages of a request are read, one after the other. */
export interface AnthropicReading {
  /** What was understood but has no effect, one sentence each. */
  readonly warnings: Set<string>
  /** Names of the tools that were called so far, by the ids of their calls. */
  readonly calledTools: Map<string, string>
}

export const startAnthropicReading = (): AnthropicReading => ({
  warnings: new Set(),
  calledTools: new Map(),
})
