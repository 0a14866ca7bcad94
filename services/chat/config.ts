import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'

/** Every variable that the chat service reads. */
export const ChatConfig = Type.Object({
  SKEIN_HOME: Type.String({ default: '~/.skein', description: 'Data directory of the node.' }),
  SKEIN_LOG_LEVEL: Type.String({
    default: 'info',
    description: 'trace, debug, info, warn, error or silent.',
  }),
  SKEIN_ACCELERATOR: Type.Union([Type.Literal(''), Type.Literal('cpu'), Type.Literal('auto')], {
    default: '',
    description:
      'cpu, or auto: the best that the installed engine binaries offer (Metal, CUDA, Vulkan); empty: auto on macOS, cpu elsewhere.',
  }),
  CHAT_LISTEN: Type.String({
    default: '',
    description: 'unix:/path or http://127.0.0.1:PORT; empty: <SKEIN_HOME>/run/chat.sock.',
  }),
  CHAT_MODEL_STORE_ADDRESS: Type.String({
    default: '',
    description: 'Where model-store listens; empty: <SKEIN_HOME>/run/model-store.sock.',
  }),
  CHAT_ROUTER_ADDRESS: Type.String({
    default: '',
    description:
      'Control socket of the router, which knows the other nodes; empty: <SKEIN_HOME>/run/router.sock.',
  }),
  CHAT_ENGINE: Type.Union(
    [Type.Literal('auto'), Type.Literal('node-llama-cpp'), Type.Literal('llama-server')],
    {
      default: 'auto',
      description: 'Engine that opens models; auto: node-llama-cpp.',
    },
  ),
  CHAT_LLAMA_SERVER: Type.String({
    default: '',
    description:
      'Path of a llama-server binary; empty: the one built by `skein backends build`, else the one on PATH.',
  }),
  CHAT_TOOLS_FILE: Type.String({
    default: '',
    description:
      'Tools that this node runs itself: MCP servers and functions; empty: <SKEIN_HOME>/tools.json, if it is there.',
  }),
  CHAT_CONTEXT_TOKENS: Type.Integer({
    default: 8192,
    minimum: 256,
    description:
      'Context of each slot in tokens, at most what the model was trained for; less where memory is short.',
  }),
  CHAT_SLOTS: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Requests that one model works on at the same time.',
  }),
  CHAT_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    description: 'CPU threads for one model; 0: chosen by cores and by how many models are open.',
  }),
  CHAT_KEEP_ALIVE_MS: Type.Integer({
    default: 900_000,
    minimum: -1,
    description:
      'How long an unused model stays in memory; 0: unloaded at once, -1: until its memory is needed.',
  }),
  CHAT_RESPONSES_KEEP: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'How many responses of /v1/responses are kept; beyond that the oldest are forgotten.',
  }),
  CHAT_MEMORY_WAIT_MS: Type.Integer({
    default: 60_000,
    minimum: 0,
    description: 'How long a request waits for memory that busy models hold.',
  }),
})

export type ChatConfig = Static<typeof ChatConfig>
