import type { TemplateMessage, TemplateTool } from '../template-messages.ts'
import type { Render, TemplateHabits } from '../adapt-messages.ts'

const TOOL: TemplateTool = {
  type: 'function',
  function: { name: 'skeintool', description: 'A tool.', parameters: { type: 'object', properties: {} } },
}

/**
 * Tries a call and a result on a template.
 *
 * The trap: where a template joins the arguments to its text, an object does not fail but becomes `[object Map]`; and one
 * that knows no calls leaves them out without a word.
 */
export const probeTemplate = (render: Render): TemplateHabits => {
  const asObject = tryCall(render, { skeinkey: 'skeinvalue' })
  const asString = asObject.knowsCalls ? asObject : tryCall(render, '{"skeinkey": "skeinvalue"}')
  return {
    argumentsForm: asString.knowsCalls && !asObject.knowsCalls ? 'string' : 'object',
    knowsCalls: asString.knowsCalls,
    knowsResults: asObject.knowsResults || asString.knowsResults,
  }
}

const tryCall = (render: Render, given: unknown): Omit<TemplateHabits, 'argumentsForm'> => {
  const call = {
    id: 'skeincall',
    type: 'function',
    function: { name: 'skeintool', arguments: given },
  } as const
  const messages: readonly TemplateMessage[] = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: '', tool_calls: [call] },
    { role: 'tool', content: 'skeinresult', name: 'skeintool', tool_call_id: 'skeincall' },
  ]
  try {
    const rendered = render(messages, [TOOL], {})
    return { knowsCalls: rendered.includes('skeinvalue'), knowsResults: rendered.includes('skeinresult') }
  } catch {
    return { knowsCalls: false, knowsResults: false }
  }
}

/** Whether a template reads texts that are lists of parts, rather than to write the list itself. */
export const readsParts = (render: Render): boolean => {
  try {
    const rendered = render([{ role: 'user', content: [{ type: 'text', text: 'skeinpart' }] }], [], {})
    return rendered.includes('skeinpart') && !/["']type["']/.test(rendered)
  } catch {
    return false
  }
}
