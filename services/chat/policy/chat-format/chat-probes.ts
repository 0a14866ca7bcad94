import type { ChatPrompt, Message, ToolDefinition } from '@shared/inference/generate-request.ts'

/** Words that are in no template. */
export const PROBE_QUESTION = 'skeinquestion'
export const PROBE_RESULT = 'skeinresult'
export const PROBE_CALL = {
  id: 'skeincall',
  name: 'skeintool',
  arguments: '{"skeinkey":"skeinvalue"}',
} as const

export const PROBE_TOOL: ToolDefinition = {
  name: PROBE_CALL.name,
  description: 'Skein asks.',
  parameters: {
    type: 'object',
    properties: { skeinkey: { type: 'string', description: 'A key.' } },
    required: ['skeinkey'],
  },
}

const QUESTION: Message = { role: 'user', parts: [{ type: 'text', text: PROBE_QUESTION }] }

/** A question to a model that has a tool. */
export const QUESTION_PROBE: ChatPrompt = { type: 'chat', messages: [QUESTION], tools: [PROBE_TOOL] }

/** The same, after the model called the tool and was answered. */
export const CALL_PROBE: ChatPrompt = {
  type: 'chat',
  tools: [PROBE_TOOL],
  messages: [
    QUESTION,
    { role: 'assistant', parts: [{ type: 'tool-call', ...PROBE_CALL }] },
    {
      role: 'tool',
      name: PROBE_CALL.name,
      toolCallId: PROBE_CALL.id,
      parts: [{ type: 'text', text: PROBE_RESULT }],
    },
  ],
}

/** A question in the way in which another chat is asked: its end tells how the prompt of that one ends. */
export const endProbe = ({ reasoning, templateVariables, tools }: ChatPrompt): ChatPrompt => ({
  type: 'chat',
  messages: [QUESTION],
  ...(reasoning === undefined ? {} : { reasoning }),
  ...(templateVariables === undefined ? {} : { templateVariables }),
  ...(tools === undefined || tools.length === 0 ? {} : { tools: [PROBE_TOOL] }),
})
