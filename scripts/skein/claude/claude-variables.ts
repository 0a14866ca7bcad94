/** Variables of Claude Code by their names; null: it must not be set. */
export type ClaudeVariables = Readonly<Record<string, string | null>>

export interface ClaudeWish {
  /** Of the node, without `/v1`. */
  readonly url: string
  readonly token: string
  /** Absent: Claude's names stay, and the settings of the node's Anthropic proxy say who answers for them. */
  readonly model?: string | undefined
  /** For titles, summaries and the like; absent: `model`. */
  readonly smallModel?: string | undefined
}

/** What Claude Code needs to work with a node instead of Anthropic. */
export const claudeVariables = ({ model, smallModel = model, token, url }: ClaudeWish): ClaudeVariables => ({
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_AUTH_TOKEN: token,
  // It would be sent beside the token; a key of Anthropic's is nobody's business here.
  ANTHROPIC_API_KEY: null,
  ...(model === undefined ? {} : largeModelVariables(model)),
  ...(smallModel === undefined ? {} : smallModelVariables(smallModel)),
  // Statistics and updates go to Anthropic, not to the node.
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  // Fields of betas that only Anthropic's models honour.
  CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS: '1',
  // A line in the system prompt that differs with each request: no prompt would be found in the cache.
  CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
  // Milliseconds. A long prompt on a slow machine takes longer than the ten minutes of its own.
  API_TIMEOUT_MS: '3600000',
})

const largeModelVariables = (model: string) => ({
  ANTHROPIC_MODEL: model,
  ANTHROPIC_DEFAULT_OPUS_MODEL: model,
  ANTHROPIC_DEFAULT_SONNET_MODEL: model,
  CLAUDE_CODE_SUBAGENT_MODEL: model,
})

const smallModelVariables = (model: string) => ({
  ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
  // How earlier versions called it.
  ANTHROPIC_SMALL_FAST_MODEL: model,
})

/** Lines for a POSIX shell. */
export const shellExports = (variables: ClaudeVariables): readonly string[] =>
  Object.entries(variables).map(([name, value]) =>
    value === null ? `unset ${name}` : `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  )
