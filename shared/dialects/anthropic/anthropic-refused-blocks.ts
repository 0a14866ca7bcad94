import { Fault } from '@shared/fault/fault.ts'

const FILES = 'this node cannot read documents: send their text in a block of type text'
const RAN_AT_ANTHROPIC = "it belongs to a tool that Anthropic's own servers run, which this node cannot"

/** Blocks that no engine here can read, each with its reason. */
const REASONS: Readonly<Record<string, string>> = {
  document: FILES,
  container_upload: FILES,
  search_result: 'this node cannot cite: send its text in a block of type text',
  tool_reference: 'this node has no search for tools: list the tools in the request',
  browser_state: 'this node has no browser tools',
  server_tool_use: RAN_AT_ANTHROPIC,
  web_search_tool_result: RAN_AT_ANTHROPIC,
  web_fetch_tool_result: RAN_AT_ANTHROPIC,
  code_execution_tool_result: RAN_AT_ANTHROPIC,
  bash_code_execution_tool_result: RAN_AT_ANTHROPIC,
  text_editor_code_execution_tool_result: RAN_AT_ANTHROPIC,
  tool_search_tool_result: RAN_AT_ANTHROPIC,
  mcp_tool_use: RAN_AT_ANTHROPIC,
  mcp_tool_result: RAN_AT_ANTHROPIC,
}

/** @param place whose blocks these are, in words. @throws Fault `invalid_request`, always */
export const refuseBlock = (
  type: string,
  param: string,
  { known, place }: { readonly place: string; readonly known: readonly string[] },
): never => {
  const reason = Object.hasOwn(REASONS, type) ? REASONS[type] : undefined
  const problem = reason ?? `${place} has blocks of type ${known.map((name) => `'${name}'`).join(', ')} only`
  throw new Fault('invalid_request', `'${param}' is of type '${type.slice(0, 60)}': ${problem}.`, {
    param: `${param}.type`,
  })
}
