import { expect, test } from 'bun:test'
import { Fault } from '@shared/fault/fault.ts'
import { openChatTemplate } from '../../../../../../services/chat/engines/node-llama-cpp/chat-template.ts'
import type { TemplateMessage } from '../../../../../../services/chat/engines/node-llama-cpp/chat-template.ts'

const TOKENS = { bos_token: '<s>', eos_token: '</s>' }

const CHAT: readonly TemplateMessage[] = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Hi' },
]

const render = (source: string, messages = CHAT): string | undefined =>
  openChatTemplate(source, TOKENS)?.render(messages)

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
