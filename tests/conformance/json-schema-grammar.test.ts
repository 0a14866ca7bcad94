import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { gbnfText, jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import { JSON_SCHEMAS } from '../support/json-schemas/all-schemas.ts'
import { REPOSITORY } from '../support/source-files.ts'

/** What of node-llama-cpp these tests need: they are not of the service that it belongs to. */
interface LlamaGrammars {
  getLlama(options: { readonly gpu: false; readonly build: 'never' }): Promise<unknown>
  readonly LlamaGrammar: new (
    llama: unknown,
    options: { readonly grammar: string },
  ) => { _testText(text: string): boolean }
}

const loadLlama = (): Promise<LlamaGrammars> =>
  import(Bun.resolveSync('node-llama-cpp', join(REPOSITORY, 'services', 'chat')))

test('llama.cpp reads the grammars of all schemas, and accepts what people write for them', async () => {
  const { getLlama, LlamaGrammar } = await loadLlama()
  const llama = await getLlama({ gpu: false, build: 'never' })
  for (const { name, schema, examples } of JSON_SCHEMAS) {
    const { root, rules } = jsonSchemaRules(schema, { prefix: 'value', unsupported: 'refuse' })
    const grammar = new LlamaGrammar(llama, { grammar: gbnfText(root, rules) })
    for (const example of examples) {
      for (const text of [JSON.stringify(example), JSON.stringify(example, null, 2)]) {
        expect({ name, text, isAccepted: grammar._testText(text) }).toEqual({ name, text, isAccepted: true })
        expect({ name, isAccepted: grammar._testText(`${text}x`) }).toEqual({ name, isAccepted: false })
      }
    }
  }
}, 60_000)
