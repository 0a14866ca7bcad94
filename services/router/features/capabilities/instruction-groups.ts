import type { OpenapiOperation } from './openapi-operations.ts'

/** A chapter of what can be asked of this node, for programs that have to find out by themselves. */
export interface InstructionGroup {
  readonly name: string
  readonly description: string
  /** Tags of the OpenAPI document. */
  readonly tags: readonly string[]
}

/** The chapters of LocalAI, by its names, and our own beside them. */
const CHAPTERS: readonly InstructionGroup[] = [
  {
    name: 'chat-inference',
    description: 'Chats, completions, responses and tokens of language models, in the wire of each vendor.',
    tags: ['Chat', 'Responses', 'Tokens'],
  },
  {
    name: 'embeddings',
    description: 'Texts as vectors, and texts in the order of how well they answer.',
    tags: ['Embeddings', 'Rerank'],
  },
  { name: 'audio', description: 'Speech from text, text from speech, sounds.', tags: ['Audio', 'Speech'] },
  { name: 'images', description: 'Pictures: made, changed, looked at.', tags: ['Images', 'Vision'] },
  { name: 'video', description: 'Moving pictures.', tags: ['Video'] },
  {
    name: 'model-management',
    description: 'The models of this node: find, show, load, unload, delete.',
    tags: ['Models', 'Anthropic proxy'],
  },
  { name: 'config-management', description: 'Settings of models.', tags: ['Configuration'] },
  {
    name: 'monitoring',
    description: 'How the node is: state, resources, figures, documentation.',
    tags: ['Node'],
  },
  { name: 'mcp', description: 'Tools that this node runs itself.', tags: ['MCP'] },
  { name: 'agents', description: 'Tasks that agents work on by themselves.', tags: ['Agents'] },
  { name: 'keys', description: 'Keys of this node: who may do what.', tags: ['Keys'] },
]

/** The chapters that this node has something for; tags that no chapter claims have one of their own. */
export const instructionGroups = (operations: readonly OpenapiOperation[]): readonly InstructionGroup[] => {
  const offered = new Set(operations.flatMap(({ tags }) => tags))
  const claimed = new Set(CHAPTERS.flatMap(({ tags }) => tags))
  const others = [...offered].filter((tag) => !claimed.has(tag)).map(chapterOf)
  return [...CHAPTERS, ...others]
    .map((group) => ({ ...group, tags: group.tags.filter((tag) => offered.has(tag)) }))
    .filter(({ tags }) => tags.length > 0)
}

export const operationsOf = (
  group: InstructionGroup,
  operations: readonly OpenapiOperation[],
): readonly OpenapiOperation[] =>
  operations.filter(({ tags }) => tags.some((tag) => group.tags.includes(tag)))

const chapterOf = (tag: string): InstructionGroup => ({
  name: tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
  description: `Routes about: ${tag}.`,
  tags: [tag],
})
