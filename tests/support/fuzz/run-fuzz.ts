import { callApp } from '../call-app.ts'
import { SeededRandom } from '../gguf/seeded-random.ts'
import { createScriptedNode } from '../scripted-node.ts'
import { FUZZED_ROUTES } from './fuzzed-routes.ts'
import { mutateBody } from './mutate-body.ts'

export interface FuzzResult {
  readonly cases: number
  /** How many were answered with each status. */
  readonly statuses: ReadonlyMap<number, number>
  /** What went wrong: the route, the body and what came back. */
  readonly failures: readonly string[]
}

const ANSWER_WITHIN_MS = 10_000
/** Signs that the inside of the program came out. */
const LEAKS = /node_modules|\.ts:\d+|at \w+ \(|Something went wrong inside/

/** Changed bodies at every route, in turn: each is answered, as a caller can read it, and never with a 500. */
export const runFuzz = async (
  { cases, seed }: { readonly cases: number; readonly seed: number },
  onCase: (done: number) => void = () => undefined,
): Promise<FuzzResult> => {
  let requests = 0
  const { app } = createScriptedNode({ createId: () => `id${(requests += 1)}` })
  const random = new SeededRandom(seed)
  const statuses = new Map<number, number>()
  const failures: string[] = []
  for (let done = 0; done < cases; done++) {
    const [path = '', sound] = FUZZED_ROUTES[done % FUZZED_ROUTES.length] ?? []
    const body = mutateBody(random, sound)
    const { problem, status } = await send(app, path, body)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (problem !== undefined) failures.push(`${path} ${status} ${problem}\n  ${body.slice(0, 2000)}`)
    onCase(done + 1)
  }
  return { cases, statuses, failures }
}

const send = async (
  app: ReturnType<typeof createScriptedNode>['app'],
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly problem?: string }> => {
  const answer = (async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await callApp(app, path, { method: 'POST', body, headers })
    return { status: response.status, text: await response.text() }
  })()
  let timer: Timer | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS)
  })
  const reply = await Promise.race([answer, late])
  clearTimeout(timer)
  if (reply === undefined) return { status: 0, problem: 'no answer' }
  const { status, text } = reply
  if (status === 500 || LEAKS.test(text)) return { status, problem: text.slice(0, 500) }
  if (status >= 400 && !isEnvelope(text)) return { status, problem: `no envelope: ${text.slice(0, 500)}` }
  return { status }
}

const isEnvelope = (text: string): boolean => {
  try {
    const { error } = JSON.parse(text)
    return typeof error === 'string' || typeof error.message === 'string'
  } catch {
    return false
  }
}
