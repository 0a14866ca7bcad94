import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { openChatTemplate } from '../../../../../../services/chat/engines/node-llama-cpp/chat-template.ts'
import { templateTools } from '@service/chat/engines/template-messages.ts'
import type { TemplateMessage } from '@service/chat/engines/template-messages.ts'

const TOKENS = { bos_token: '<s>', eos_token: '</s>' }

const CHAT: readonly TemplateMessage[] = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Hi' },
]

const render = (source: string, messages = CHAT, variables = {}): string | undefined =>
  openChatTemplate(source, TOKENS)?.render({ messages: () => messages, tools: [], variables })

const LOOP = '{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}'
const ANSWER = '{% if add_generation_prompt %}[assistant]<think>{% endif %}'

test('the answer begins where the template says', () => {
  expect(render('{{ bos_token }}' + LOOP + ANSWER)).toBe('<s>[system]Be kind.[user]Hi[assistant]<think>')
})

test('a template that goes through tools without asking gets an empty list', () => {
  expect(render('{% for tool in tools %}{{ tool }}{% endfor %}' + LOOP)).toBe('[system]Be kind.[user]Hi')
})

test('where there is no system, what it said goes to the user', () => {
  const noSystem = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
  expect(render(noSystem + LOOP)).toBe('[user]Be kind.\n\nHi')
})

test('where turns have to alternate, neighbours are joined', () => {
  const strict =
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}" +
    "{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}"
  const messages = [
    { role: 'user', content: 'One' },
    { role: 'tool', content: 'Two' },
    { role: 'assistant', content: 'Three' },
    { role: 'user', content: 'Four' },
  ]
  expect(render(strict + LOOP, messages)).toBe('[user]One\n\nTwo[assistant]Three[user]Four')
})

test('a refusal names the reason of the template', () => {
  const picky = "{% if messages | length > 1 %}{{ raise_exception('one message only') }}{% endif %}" + LOOP
  const messages = [
    { role: 'user', content: 'One' },
    { role: 'assistant', content: 'Two' },
  ]
  const refusal = (() => {
    try {
      return render(picky, messages)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toBeInstanceOf(Fault)
  expect(refusal).toMatchObject({ code: 'invalid_request', param: 'messages' })
  expect(String(refusal)).toContain('one message only')
})

test('what cannot render the simplest chat is no template', () => {
  expect(openChatTemplate('{% for %}', TOKENS)).toBeUndefined()
  expect(openChatTemplate("{{ raise_exception('never') }}", TOKENS)).toBeUndefined()
})

const CALL: TemplateMessage = {
  role: 'assistant',
  content: '',
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: { city: 'Ulm' } } }],
}
const RESULT: TemplateMessage = { role: 'tool', content: 'Sunny', name: 'weather', tool_call_id: 'call_1' }

const withCall = (source: string): string | undefined => {
  const asText = (message: TemplateMessage): TemplateMessage => ({
    ...message,
    ...(message.tool_calls === undefined
      ? {}
      : {
          tool_calls: message.tool_calls.map((call) => ({
            ...call,
            function: { ...call.function, arguments: JSON.stringify(call.function.arguments) },
          })),
        }),
  })
  const messages = [...CHAT, CALL, RESULT]
  return openChatTemplate(source, TOKENS)?.render({
    messages: (form) => (form === 'object' ? messages : messages.map(asText)),
    tools: templateTools([{ name: 'weather', parameters: { type: 'object' } }]),
    variables: {},
  })
}

const CALLS = '{% for c in m.tool_calls or [] %}{{ c.function.name }}ARGUMENTS{% endfor %}'
const callsLoop = (argument: string): string =>
  `{% for m in messages %}[{{ m.role }}]{{ m.content }}${CALLS.replace('ARGUMENTS', argument)}{% endfor %}`

test('arguments come as an object where the template writes them as JSON', () => {
  expect(withCall(callsLoop('{{ c.function.arguments | tojson }}'))).toBe(
    '[system]Be kind.[user]Hi[assistant]weather{"city": "Ulm"}[tool]Sunny',
  )
})

test('arguments come as text where the template joins them to text', () => {
  expect(withCall(callsLoop("{{ ':' + c.function.arguments }}"))).toBe(
    '[system]Be kind.[user]Hi[assistant]weather:{"city":"Ulm"}[tool]Sunny',
  )
})

test('a template that knows no calls and no results gets both as plain text', () => {
  const plain = "{% for m in messages if m.role != 'tool' %}[{{ m.role }}]{{ m.content }}{% endfor %}"
  expect(withCall(plain)).toBe(
    '[system]Be kind.[user]Hi[assistant]{"name":"weather","arguments":{"city":"Ulm"}}[user]Sunny',
  )
})

test('ids of calls become short ones where the template insists on them, the same for call and result', () => {
  const strict =
    "{% for m in messages %}{% if m.tool_call_id and m.tool_call_id | length != 9 %}{{ raise_exception('nine') }}" +
    '{% endif %}{% if m.tool_call_id %}{{ m.tool_call_id }}{% endif %}' +
    '{% for c in m.tool_calls or [] %}<{{ c.id }}{{ c.function.arguments.city }}{{ c.function.arguments | tojson }}>' +
    '{% endfor %}{{ m.content }}{% endfor %}'
  expect(withCall(strict)).toBe('Be kind.Hi<000000000Ulm{"city": "Ulm"}>000000000Sunny')
})

test('tools go through the template', () => {
  expect(withCall('{{ tools | tojson }}')).toBe(
    '[{"type": "function", "function": {"name": "weather", "description": "", "parameters": {"type": "object"}}}]',
  )
})

test('where contents have to be lists of parts, they are', () => {
  const parts = '{% for m in messages %}{% for part in m.content %}{{ part.text }};{% endfor %}{% endfor %}'
  expect(render(parts)).toBe('Be kind.;Hi;')
})

test('variables reach the template, but take the place of nothing that the engine gives', () => {
  const source =
    '{{ effort }}{{ bos_token }}{% if add_generation_prompt %}A{% endif %}{{ messages[1].content }}'
  const variables = { effort: 'high', bos_token: 'x', add_generation_prompt: false, messages: [] }
  expect(render(source, CHAT, variables)).toBe('high<s>AHi')
})
