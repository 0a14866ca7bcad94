import { checkJsonDepth } from '@shared/http/json-depth.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { PairingProblem } from '../../policy/pairing/pairing-problem.ts'
import type { PairingHost } from './pairing-host.ts'
import { FinishBody, STRANGERS_PREFIX, StartBody, StopBody, WaitBody } from './pairing-messages.ts'
import { PairingRefused } from './pairing-refused.ts'

const LARGEST_BODY_BYTES = 64 * 1024

/** Answers a node, or anybody else, that is no member. Never rejects. */
export type StrangerDoor = (request: Request, address: string) => Promise<Response>

/** The door for strangers within the door for nodes: JSON in, JSON out; refusals have the word of their problem. */
export const createStrangerDoor = (host: PairingHost, log: Log): StrangerDoor => {
  const answer = async (request: Request, address: string): Promise<unknown> => {
    const read = <Schema extends TSchema>(schema: Schema) => readBody(request, schema)
    switch (`${request.method} ${new URL(request.url).pathname.slice(STRANGERS_PREFIX.length)}`) {
      case 'GET hello':
        return host.hello()
      case 'POST pair/start':
        return host.start(await read(StartBody), address)
      case 'POST pair/finish':
        return host.finish(await read(FinishBody))
      case 'POST pair/wait':
        return host.wait(await read(WaitBody), request.signal)
      case 'POST pair/stop':
        host.stop(await read(StopBody))
        return {}
      default:
        throw new PairingRefused('broken-message')
    }
  }
  return async (request, address) => {
    try {
      return reply(200, await answer(request, address))
    } catch (error) {
      return refusal(error, log)
    }
  }
}

const reply = (status: number, body: unknown): Response =>
  Response.json(body, { status, headers: { 'cache-control': 'no-store' } })

const refusal = (error: unknown, log: Log): Response => {
  const { attemptsLeft, problem } = refusedAs(error, log)
  return reply(STATUS[problem] ?? 409, { problem, ...(attemptsLeft === undefined ? {} : { attemptsLeft }) })
}

const STATUS: Readonly<Partial<Record<PairingProblem, number>>> = {
  'broken-message': 400,
  'no-such-invitation': 404,
  'code-wrong': 403,
  'identity-not-proved': 403,
  'too-many-attempts': 429,
  failed: 500,
}

const refusedAs = (error: unknown, log: Log): PairingRefused => {
  if (error instanceof PairingRefused) return error
  if (error instanceof Fault && error.code !== 'internal') return new PairingRefused('broken-message')
  log.error({ err: error }, 'a stranger could not be answered')
  return new PairingRefused('failed')
}

/** @throws PairingRefused */
const readBody = async <Schema extends TSchema>(
  request: Request,
  schema: Schema,
): Promise<Static<Schema>> => {
  const value = await readJson(request)
  if (!Value.Check(schema, value)) throw new PairingRefused('broken-message')
  return value
}

const readJson = async (request: Request): Promise<unknown> => {
  const length = Number(request.headers.get('content-length') ?? 0)
  if (length > LARGEST_BODY_BYTES) throw new PairingRefused('broken-message')
  const body = await request.bytes()
  if (body.length > LARGEST_BODY_BYTES) throw new PairingRefused('broken-message')
  try {
    checkJsonDepth(body)
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return value
  } catch {
    throw new PairingRefused('broken-message')
  }
}
