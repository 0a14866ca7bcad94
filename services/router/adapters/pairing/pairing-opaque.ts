import { createHash } from 'node:crypto'
import type * as OpaqueModule from '@serenity-kit/opaque'
import { Fault } from '@shared/fault/fault.ts'
import type {
  HostProof,
  JoinerProof,
  PairingParties,
  PairingProof,
} from '../../features/joining/pairing-ports.ts'

/**
 * Argon2id, as little as it can be: stretching guards a stolen record against guesses at home, and here the record is
 * never written anywhere and as old as one request. Guesses are possible online alone, three of them.
 */
const STRETCHING = { 'argon2id-custom': { iterations: 1, memory: 1024, parallelism: 1 } } as const

type Opaque = typeof OpaqueModule

/** OPAQUE (RFC 9807): loaded when a node invites or joins, and not before. */
export const loadPairingProof = async (): Promise<PairingProof> => {
  const opaque = await import('@serenity-kit/opaque')
  await opaque.ready
  return {
    answer: (code, parties, request) => answerProof(opaque, code, { parties, request }),
    ask: (code) => askProof(opaque, code),
  }
}

/** A record for this one attempt, so that it is bound to whoever makes it. */
const answerProof = (
  { client, server }: Opaque,
  password: string,
  { parties, request }: { readonly parties: PairingParties; readonly request: string },
): HostProof => {
  const identifiers = identifiersOf(parties)
  const userIdentifier = parties.pairingId
  const serverSetup = server.createSetup()
  const registration = client.startRegistration({ password })
  const { registrationResponse } = server.createRegistrationResponse({
    ...registration,
    serverSetup,
    userIdentifier,
  })
  const { registrationRecord } = client.finishRegistration({
    ...registration,
    registrationResponse,
    password,
    identifiers,
    keyStretching: STRETCHING,
  })
  const login = { serverSetup, registrationRecord, userIdentifier, startLoginRequest: request, identifiers }
  const { loginResponse, serverLoginState } = orInvalid('request', () => server.startLogin(login))
  return {
    reply: loginResponse,
    finish: (proof) =>
      orUndefined(() => server.finishLogin({ serverLoginState, finishLoginRequest: proof, identifiers }))
        ?.sessionKey,
  }
}

const askProof = ({ client }: Opaque, password: string): JoinerProof => {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password })
  return {
    request: startLoginRequest,
    conclude(loginResponse, parties) {
      const identifiers = identifiersOf(parties)
      const login = { clientLoginState, loginResponse, password, identifiers, keyStretching: STRETCHING }
      const result = orUndefined(() => client.finishLogin(login))
      return result && { proof: result.finishLoginRequest, secret: result.sessionKey }
    },
  }
}

/** Part of what OPAQUE binds its keys to: another id, certificate or version at one end, and there is no common key. */
const identifiersOf = (parties: PairingParties) => ({
  client: `skein-pairing/1 joiner ${parties.joinerId}`,
  server: `skein-pairing/1 host ${parties.hostId} ${sha256(parties.certificate)} ${parties.pairingId}`,
})

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The library throws for everything that is not its own message. */
const orUndefined = <Value>(action: () => Value): Value | undefined => {
  try {
    return action()
  } catch {
    return undefined
  }
}

const orInvalid = <Value>(param: string, action: () => Value): Value => {
  try {
    return action()
  } catch (error) {
    throw new Fault('invalid_request', `Invalid '${param}': it is no message of the proof.`, {
      param,
      cause: error,
    })
  }
}
