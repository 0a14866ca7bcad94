import type { ModelId } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { StoreClock } from '../store-clock.ts'
import { assignModelIds } from './assign-model-ids.ts'
import { isSameState } from './catalogue.ts'
import type { Catalogue } from './catalogue.ts'
import { dropSameFiles } from './drop-same-files.ts'
import type { FoundModel, ModelFinder } from './found-model.ts'
import type { ModelInspector } from './model-inspector.ts'
import type { ModelRecord } from './model-records.ts'

/** A model whose file comes back within this time (a disk that was away) has its old id. */
const REMEMBER_ABSENT_MS = 30 * 24 * 3600 * 1000

export interface ScanPorts {
  readonly finders: readonly ModelFinder[]
  readonly inspector: ModelInspector
  readonly catalogue: Catalogue
  readonly clock: StoreClock
  readonly log: Log
}

interface Sighting {
  readonly record: ModelRecord
  /** It was here before, and away in between. */
  readonly isReturning: boolean
}

export interface ScanResult {
  readonly added: readonly ModelId[]
  readonly removed: readonly ModelId[]
  /** Files that are not models of their own. */
  readonly skipped: number
}

/**
 * Looks at all places and brings the catalogue up to date; a file is opened only when it is new or has changed.
 * One scan at a time: who asks during one gets the next, so that a file put there before asking is always seen.
 */
export const createScanModels = (ports: ScanPorts): (() => Promise<ScanResult>) => {
  let running: Promise<ScanResult> | undefined
  let waiting: Promise<ScanResult> | undefined
  const start = (): Promise<ScanResult> => {
    waiting = undefined
    const scan = scanOnce(ports).finally(() => {
      if (running === scan) running = undefined
    })
    running = scan
    return scan
  }
  return () => {
    if (running === undefined) return start()
    waiting ??= running.then(start, start)
    return waiting
  }
}

const scanOnce = async (ports: ScanPorts): Promise<ScanResult> => {
  const { catalogue, clock, log } = ports
  const before = new Set(catalogue.models.map(({ card }) => card.id))
  const found = dropSameFiles((await Promise.all(ports.finders.map((finder) => finder.find()))).flat())
  const sightings: Sighting[] = []
  for (const model of found) sightings.push(await recordOf(model, ports))
  const present = withIds(sightings)
  const absent = absentRecords(catalogue, new Set(found.map(pathOf)), clock.now())
  const changed = [...present, ...absent].filter((record) => !isKnown(record, catalogue))
  catalogue.change(changed, forgottenPaths(absent, clock.now()))
  const after = new Set(catalogue.models.map(({ card }) => card.id))
  const result = {
    added: [...after].filter((id) => !before.has(id)),
    removed: [...before].filter((id) => !after.has(id)),
    skipped: present.filter(({ inspection }) => inspection.type === 'other').length,
  }
  if (changed.length > 0) log.info({ ...result, models: after.size }, 'the catalogue has changed')
  return result
}

const pathOf = (found: FoundModel): string => found.files[0].path

/** A found model with what is known of it, as long as its files are the same; else with what a new look says. */
const recordOf = async (found: FoundModel, ports: ScanPorts): Promise<Sighting> => {
  const { catalogue, clock, inspector } = ports
  const known = catalogue.records.get(pathOf(found))
  const inspection =
    known !== undefined && isStillTrue(known, found, inspector.version)
      ? known.inspection
      : await inspector.inspect(found.files.map((file) => file.path))
  const record = {
    id: known?.id ?? null,
    found,
    inspection,
    inspectorVersion: inspector.version,
    firstSeenMs: known?.firstSeenMs ?? clock.now(),
    absentSinceMs: null,
  }
  return { record, isReturning: known !== undefined && known.absentSinceMs !== null }
}

const isStillTrue = (known: ModelRecord, found: FoundModel, inspectorVersion: number): boolean =>
  known.inspectorVersion === inspectorVersion &&
  !(known.inspection.type === 'model' && known.inspection.isPassing) &&
  known.found.files.length === found.files.length &&
  known.found.files.every((file, index) => isSameState(file, found.files[index] ?? file))

const withIds = (sightings: readonly Sighting[]): readonly ModelRecord[] => {
  const ids = assignModelIds(
    sightings
      .filter(({ record }) => record.inspection.type === 'model')
      .map(({ record: { id, found }, isReturning }) => ({
        path: pathOf(found),
        name: found.name,
        keptId: id,
        isReturning,
      })),
  )
  return sightings.map(({ record }) => ({ ...record, id: ids.get(pathOf(record.found)) ?? null }))
}

/** Records whose files are gone. */
const absentRecords = (
  catalogue: Catalogue,
  presentPaths: ReadonlySet<string>,
  nowMs: number,
): readonly ModelRecord[] =>
  [...catalogue.records.values()]
    .filter(({ found }) => !presentPaths.has(pathOf(found)))
    .map((record) => ({ ...record, absentSinceMs: record.absentSinceMs ?? nowMs }))

const forgottenPaths = (absent: readonly ModelRecord[], nowMs: number): readonly string[] =>
  absent
    .filter(({ absentSinceMs }) => nowMs - (absentSinceMs ?? nowMs) > REMEMBER_ABSENT_MS)
    .map(({ found }) => pathOf(found))

const isKnown = (record: ModelRecord, catalogue: Catalogue): boolean => {
  const known = catalogue.records.get(pathOf(record.found))
  return known !== undefined && Bun.deepEquals(known, record)
}
