import type { InstructionGroup } from './instruction-groups.ts'
import { objectIn, textIn } from './openapi-operations.ts'
import type { OpenapiOperation } from './openapi-operations.ts'

/** A chapter as a page for agents: each route with its words, its parameters and the fields of its body. */
export const instructionPage = (group: InstructionGroup, operations: readonly OpenapiOperation[]): string =>
  [`# ${group.name}`, group.description, ...operations.map(section)].join('\n\n') + '\n'

const section = (operation: OpenapiOperation): string => {
  const { method, path, source } = operation
  const parts = [
    `## ${method} ${path}`,
    textIn(source['summary']),
    textIn(source['description']),
    list('Parameters', parametersOf(source)),
    list('Body', bodyFieldsOf(source)),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}`

const parametersOf = (source: OpenapiOperation['source']): readonly string[] => {
  const { parameters } = source
  if (!Array.isArray(parameters)) return []
  return parameters.map(objectIn).map((parameter) => {
    const facts = [textIn(parameter['in']), ...factsOf(parameter['schema'], parameter['required'] === true)]
    return line(textIn(parameter['name']), facts, parameter['description'])
  })
}

/** The fields of a JSON body as far as its schema names them. */
const bodyFieldsOf = (source: OpenapiOperation['source']): readonly string[] => {
  const content = objectIn(objectIn(source['requestBody'])['content'])
  const schema = objectIn(objectIn(content['application/json'])['schema'])
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.entries(objectIn(schema['properties'])).map(([name, field]) =>
    line(name, factsOf(field, required.includes(name)), objectIn(field)['description']),
  )
}

const factsOf = (schema: unknown, isRequired: boolean): readonly string[] => [
  textIn(objectIn(schema)['type']),
  isRequired ? 'required' : '',
]

const line = (name: string, facts: readonly string[], description: unknown): string => {
  const known = facts.filter((fact) => fact !== '').join(', ')
  const words = textIn(description)
  return `- \`${name}\`${known === '' ? '' : ` (${known})`}${words === '' ? '' : `: ${words}`}`
}
