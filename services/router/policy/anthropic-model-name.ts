/** Who answers a name that is no model of this node. */
export type AnthropicTarget =
  | { readonly type: 'model'; readonly model: string }
  /** The loaded or first model. */
  | { readonly type: 'default' }
  | { readonly type: 'switched-off' }
  | { readonly type: 'nobody' }

/** The part of the settings that decides it. */
export interface AnthropicNameRules {
  readonly enabled: boolean
  readonly backend: { readonly id: string | null }
  readonly modelMap: Readonly<Record<string, string>>
  readonly fallbackModel: string | null
}

/** Names that Anthropic gives to its models. */
export const isClaudeName = (name: string): boolean => name.toLowerCase().startsWith('claude')

/**
 * 1. Switched off: nobody, and `claude…` is told so.
 * 2. The map: the name itself, then the longest key that it begins with or fits into.
 * 3. `claude…`: the backend's model.
 * 4. Any name: the fallback.
 * 5. `claude…`: the default model. Every other name: nobody.
 */
export const anthropicTarget = (asked: string, rules: AnthropicNameRules): AnthropicTarget => {
  const name = asked.toLowerCase()
  const isClaude = isClaudeName(name)
  if (!rules.enabled) return { type: isClaude ? 'switched-off' : 'nobody' }
  const model =
    mappedModel(name, rules.modelMap) ?? (isClaude ? rules.backend.id : null) ?? rules.fallbackModel
  if (model !== null) return { type: 'model', model }
  return { type: isClaude ? 'default' : 'nobody' }
}

const mappedModel = (name: string, map: Readonly<Record<string, string>>): string | undefined => {
  const entries = Object.entries(map).map(([key, model]) => ({ key: key.toLowerCase(), model }))
  const exact = entries.find(({ key }) => key === name)
  if (exact !== undefined) return exact.model
  return entries
    .filter(({ key }) => fits(name, key.includes('*') ? key : `${key}*`))
    .toSorted((left, right) => letters(right.key) - letters(left.key))[0]?.model
}

const letters = (key: string): number => key.replaceAll('*', '').length

/** Whether a name fits a pattern with `*`; each step looks on from where the one before ended. */
const fits = (name: string, pattern: string): boolean => {
  const [head = '', ...pieces] = pattern.split('*')
  const tail = pieces.pop() ?? ''
  if (!name.startsWith(head)) return false
  let at = head.length
  for (const piece of pieces) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return name.length - tail.length >= at && name.endsWith(tail)
}
