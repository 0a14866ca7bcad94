import { Fault } from '@shared/fault/fault.ts'
import type { ReasoningWish } from '@shared/inference/generate-request.ts'
import { isRecord, wrongType } from '../wire-field.ts'

type Effort = NonNullable<ReasoningWish['effort']>

const SMALLEST_BUDGET_TOKENS = 1024
/** Budgets up to these many tokens, and the effort that comes near them. */
const EFFORT_OF_BUDGET: readonly (readonly [tokens: number, effort: Effort])[] = [
  [2048, 'low'],
  [8192, 'medium'],
]

const EFFORTS: Readonly<Record<string, Effort>> = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

/**
 * Anthropic's `thinking` and the effort of its `output_config`; undefined when neither says anything.
 * @throws Fault naming the field that cannot be honoured
 */
export const decodeAnthropicReasoning = (
  { output_config: config, thinking }: { readonly thinking?: unknown; readonly output_config?: unknown },
  warnings: Set<string>,
): ReasoningWish | undefined => {
  const effort = decodeEffort(isRecord(config) ? config['effort'] : undefined)
  const wish = {
    ...decodeThinking(thinking, warnings),
    // What is said of the effort counts more than what a budget comes near.
    ...(effort === undefined ? {} : { effort }),
  }
  return Object.keys(wish).length === 0 ? undefined : wish
}

const decodeThinking = (thinking: unknown, warnings: Set<string>): ReasoningWish => {
  if (thinking === undefined) return {}
  if (!isRecord(thinking)) throw wrongType('thinking', 'an object', thinking)
  const { budget_tokens: budget, display, type } = thinking
  if (display === 'omitted') warnings.add("'thinking.display' has no effect: what the model thinks is shown.")
  if (type === 'disabled') return { isEnabled: false }
  if (type === 'adaptive') return { isEnabled: true }
  if (type === 'enabled') return { isEnabled: true, effort: effortOf(budget, warnings) }
  if (typeof type !== 'string') throw wrongType('thinking.type', 'a string', type)
  throw new Fault(
    'invalid_request',
    `'thinking.type' is '${type.slice(0, 40)}', which is none of enabled, disabled, adaptive.`,
    { param: 'thinking.type' },
  )
}

const effortOf = (budget: unknown, warnings: Set<string>): Effort => {
  const param = 'thinking.budget_tokens'
  if (typeof budget !== 'number' || !Number.isInteger(budget)) throw wrongType(param, 'an integer', budget)
  if (budget < SMALLEST_BUDGET_TOKENS)
    throw new Fault('invalid_request', `'${param}' must be ${SMALLEST_BUDGET_TOKENS} or more.`, { param })
  warnings.add(`'${param}' is not a limit here: it is taken as how much effort to make.`)
  return EFFORT_OF_BUDGET.find(([tokens]) => budget <= tokens)?.[1] ?? 'high'
}

const decodeEffort = (effort: unknown): Effort | undefined => {
  if (effort === undefined || effort === null) return undefined
  const known = typeof effort === 'string' && Object.hasOwn(EFFORTS, effort) ? EFFORTS[effort] : undefined
  if (known !== undefined) return known
  const param = 'output_config.effort'
  throw new Fault('invalid_request', `'${param}' must be one of ${Object.keys(EFFORTS).join(', ')}.`, {
    param,
  })
}
