import { readFile } from 'node:fs/promises'
import { Fault } from '@shared/fault/fault.ts'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const NAME = '^[a-zA-Z0-9_-]{1,64}$'
const CLOSED = { additionalProperties: false }
const timeoutMs = Type.Optional(Type.Integer({ minimum: 1, maximum: 600_000 }))
const environment = Type.Record(Type.String(), Type.String())

const StdioServer = Type.Object(
  {
    type: Type.Optional(Type.Literal('stdio')),
    command: Type.String({ minLength: 1 }),
    args: Type.Optional(Type.Array(Type.String())),
    env: Type.Optional(environment),
    timeoutMs,
  },
  CLOSED,
)

const HttpServer = Type.Object(
  {
    type: Type.Optional(Type.Literal('http')),
    url: Type.String({ pattern: '^https?://' }),
    headers: Type.Optional(environment),
    timeoutMs,
  },
  CLOSED,
)

const RegisteredFunction = Type.Object(
  {
    description: Type.Optional(Type.String()),
    /** JSON Schema of the arguments. */
    parameters: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** Program and its arguments, run without a shell: the call's arguments come as JSON on its standard input. */
    command: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    env: Type.Optional(environment),
    timeoutMs,
  },
  CLOSED,
)

/** `tools.json`: `mcpServers` as the clients of MCP write it, and functions of this node. */
const ToolsFile = Type.Object(
  {
    mcpServers: Type.Optional(
      Type.Record(Type.String({ pattern: NAME }), Type.Union([StdioServer, HttpServer]), CLOSED),
    ),
    functions: Type.Optional(Type.Record(Type.String({ pattern: NAME }), RegisteredFunction, CLOSED)),
  },
  CLOSED,
)

export type ToolsFile = Static<typeof ToolsFile>
export type McpServerConfig = Static<typeof StdioServer> | Static<typeof HttpServer>
export type RegisteredFunctionConfig = Static<typeof RegisteredFunction>

/** The operator's tools; none when there is no such file. @throws Fault `invalid_request` naming the file and all mistakes */
export const readToolsFile = async (path: string): Promise<ToolsFile> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw wrong(path, 'cannot be read', error)
  })
  return text === undefined ? {} : parseToolsFile(text, path)
}

export const parseToolsFile = (text: string, path: string): ToolsFile => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw wrong(path, 'is not valid JSON', error)
  }
  if (Value.Check(ToolsFile, value)) return value
  const mistakes = [...Value.Errors(ToolsFile, value)].map(
    (error) => `${error.path || '/'}: ${error.message}`,
  )
  throw wrong(path, `is wrong: ${[...new Set(mistakes)].slice(0, 10).join('; ')}`)
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const wrong = (path: string, problem: string, cause?: unknown): Fault =>
  new Fault('invalid_request', `The file of tools ${path} ${problem}.`, { cause })
