import type { ModelCard } from '@shared/inference/model-card.ts'
import type { FoundModel } from './found-model.ts'
import type { ModelFacts } from './model-inspector.ts'
import type { ModelRecord } from './model-records.ts'

/** One model of the catalogue, with everything that is known of it. */
export interface KnownModel {
  readonly card: ModelCard
  /** Where its files are; absent for a model of another machine. */
  readonly found?: FoundModel
  /** On which other machine it is, and what it is called there. */
  readonly remote?: { readonly externalId: string; readonly name: string }
  readonly facts: ModelFacts
  /** sha256 of each file, in their order; undefined until computed. */
  readonly digests: readonly (string | undefined)[]
  readonly firstSeenMs: number
}

/** The records of models that are there, real ones before the built-in test model, each kind by id. */
export const knownModels = (
  records: Iterable<ModelRecord>,
  digestOf: (file: FoundModel['files'][number]) => string | undefined,
): readonly KnownModel[] => {
  const known: KnownModel[] = []
  for (const record of records) {
    const { found, id, inspection } = record
    if (id === null || record.absentSinceMs !== null || inspection.type === 'other') continue
    const digests = found.files.map(digestOf)
    const { defect = brokenPromise(found, digests), facts } = inspection
    const card = cardOf({ id, found, facts, digests, defect })
    known.push({ card, found, facts, digests, firstSeenMs: record.firstSeenMs })
  }
  return withoutSharedAliases(known.toSorted(byTestThenId))
}

interface CardParts {
  readonly id: ModelCard['id']
  readonly found: FoundModel
  readonly facts: ModelFacts
  readonly digests: readonly (string | undefined)[]
  readonly defect: string | undefined
}

const cardOf = ({ id, found, facts, digests, defect }: CardParts): ModelCard => {
  const { architecture, quantization, parameterCount, capabilities, chatTemplate, shape, isTestModel } = facts
  const license = facts.license ?? found.license
  const digest = digestOfModel(digests)
  return {
    id,
    name: facts.name ?? id,
    aliases: aliasesOf(id, found, quantization),
    capabilities,
    format: 'gguf',
    architecture,
    quantization,
    parameterCount,
    sizeBytes: found.files.reduce((total, file) => total + file.sizeBytes, 0),
    path: found.files[0].path,
    source: found.source,
    ...(digest === undefined ? {} : { digest }),
    ...(license === undefined ? {} : { license }),
    ...(facts.description === undefined ? {} : { description: facts.description }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    shape,
    modifiedAt: new Date(Math.max(...found.files.map((file) => file.modifiedMs))).toISOString(),
    isTestModel,
    ...(defect === undefined ? {} : { defect }),
  }
}

/** One file: its sha256. Several: the sha256 of theirs, in order, one a line. */
const digestOfModel = (digests: readonly (string | undefined)[]): string | undefined => {
  if (digests.length === 1) return digests[0]
  if (digests.includes(undefined)) return undefined
  return new Bun.CryptoHasher('sha256').update(digests.join('\n')).digest('hex')
}

/** A cache that names files for their content says when one was damaged on its way or on the disk. */
const brokenPromise = (found: FoundModel, digests: readonly (string | undefined)[]): string | undefined =>
  found.files.some(({ promisedSha256 }, index) => {
    const sha256 = digests[index]
    return promisedSha256 !== undefined && sha256 !== undefined && sha256 !== promisedSha256
  })
    ? 'The file is damaged: its content is not what its name in the cache promises. Download it again.'
    : undefined

const aliasesOf = (id: string, found: FoundModel, quantization: string): readonly string[] => {
  const byQuantization =
    found.repository === undefined ? [] : [`${found.repository}:${quantization.toLowerCase()}`]
  const aliases = new Map(
    [...found.aliases, ...byQuantization].map((alias) => [alias.toLowerCase(), alias] as const),
  )
  aliases.delete(id)
  return [...aliases.values()]
}

/** Real models of this node, those of other machines, the built-in test model; each kind by id. */
export const byTestThenId = (left: KnownModel, right: KnownModel): number =>
  rankOf(left) - rankOf(right) || (left.card.id < right.card.id ? -1 : 1)

const rankOf = ({ card, remote }: KnownModel): number => {
  if (card.isTestModel) return 2
  return remote === undefined ? 0 : 1
}

/** An alias that two models could claim is the first one's: asking by it must not depend on who looks. */
export const withoutSharedAliases = (models: readonly KnownModel[]): readonly KnownModel[] => {
  const taken = new Set<string>(models.map(({ card }) => card.id))
  return models.map((model) => {
    const aliases = model.card.aliases.filter((alias) => {
      const isFree = !taken.has(alias.toLowerCase())
      taken.add(alias.toLowerCase())
      return isFree
    })
    return { ...model, card: { ...model.card, aliases } }
  })
}
