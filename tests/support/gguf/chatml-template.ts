/**
 * The ChatML chat template (Jinja) of the test models: every role as it comes (system, user, assistant, tool),
 * tools listed in a system turn, tool calls of the assistant as `<tool_call>` lines with JSON.
 */
export const CHATML_TEMPLATE = `
{%- if tools %}
{{- '<|im_start|>system\\nTools:\\n' }}
{%- for tool in tools %}
{{- tool | tojson + '\\n' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' }}
{%- if message['content'] %}
{{- message['content'] }}
{%- endif %}
{%- for call in message['tool_calls'] or [] %}
{{- '<tool_call>' + (call['function'] | tojson) + '</tool_call>' }}
{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- endif %}`.trimStart()
