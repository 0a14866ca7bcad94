import type { ToolpiperAnthropicProxy } from '@shared/dialects/toolpiper/toolpiper-anthropic-proxy.ts'

/** The settings of the Anthropic proxy, at hand and on disk. */
export interface ProxySettings {
  /** Those of now. */
  readonly current: ToolpiperAnthropicProxy
  /**
   * Changes them, one change after the other, and returns them; they count when they are on disk. Rejects, and nothing
   * changes, when they cannot be written.
   */
  change(patch: Partial<ToolpiperAnthropicProxy>): Promise<ToolpiperAnthropicProxy>
}
