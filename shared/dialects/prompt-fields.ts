/**
 * Fields at the top level of a request that the model gets to see, in the order in which it sees them: what comes first
 * decides whether an engine has worked on the same beginning before. Tools stand before messages, because templates write
 * them into the system message. The last field is the one that grows with a conversation.
 */
export const PROMPT_FIELDS = {
  /** Chat, completions and responses; no request has the fields of two of them. */
  openai: [
    'previous_response_id',
    'instructions',
    'instruction',
    'tools',
    'functions',
    'messages',
    'prompt',
    'input',
  ],
  anthropic: ['tools', 'system', 'messages'],
  /** Chat and generate. */
  ollama: ['tools', 'system', 'context', 'messages', 'prompt'],
} as const satisfies Record<string, readonly string[]>
