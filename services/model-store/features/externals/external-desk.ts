import type { ExternalAccess } from '@shared/contracts/external-machine.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { Log } from '@shared/log/create-log.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { StoreClock } from '../store-clock.ts'
import type { External, WatchedExternal } from './external.ts'
import type { ExternalRecords } from './external-records.ts'
import { nameByUrl } from './external-wish.ts'
import type { ExternalWish } from './external-wish.ts'
import type { MachineProbe } from './machine-probe.ts'
import { MachineWatch } from './machine-watch.ts'

const MOST_EXTERNALS = 100
const RETRY_AFTER_SECONDS = 5

export interface ExternalDeskPorts {
  readonly records: ExternalRecords
  readonly probe: MachineProbe
  readonly catalogue: Catalogue
  readonly clock: StoreClock
  readonly createId: () => string
  readonly log: Log
}

/** The servers of other machines: adds them, looks after them, and keeps their models in the catalogue. */
export class ExternalDesk {
  readonly #ports: ExternalDeskPorts
  /** In the order in which they were added. */
  #watches: readonly MachineWatch[] = []
  #isStarted = false

  constructor(ports: ExternalDeskPorts) {
    this.#ports = ports
    this.#watches = ports.records.load().map((external) => this.#watch(external))
    this.#publish()
  }

  /** Begins to look after all of them. */
  start(): void {
    this.#isStarted = true
    for (const watch of this.#watches) watch.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()))
  }

  list(): readonly WatchedExternal[] {
    return this.#watches.map(({ watched }) => watched)
  }

  /** By id or name. @throws Fault `not_found` */
  get(idOrName: string): WatchedExternal {
    return this.#find(idOrName).watched
  }

  /**
   * Looks at the server and keeps it when it is one.
   * @throws Fault `invalid_request` with the next step when it is not, `conflict` for a name or a URL that is there already
   */
  async add(wish: ExternalWish, signal: AbortSignal): Promise<WatchedExternal> {
    const { clock, createId, log, probe, records } = this.#ports
    this.#refuseTaken(wish)
    const startedAt = clock.now()
    const machine = await probe.probe(wish, undefined, signal)
    // Somebody else may have added it meanwhile.
    this.#refuseTaken(wish)
    const { allowedModels, apiKey, kind, slots, url } = wish
    const taken = new Set(this.#watches.map(({ external: { name } }) => name))
    const external: External = {
      id: `ext_${createId().replaceAll('-', '').slice(0, 16)}`,
      name: wish.name ?? nameByUrl(url, taken),
      url,
      kind,
      hasKey: apiKey !== undefined,
      allowedModels,
      slots,
      addedAt: new Date(clock.now()).toISOString(),
      machine,
    }
    if (apiKey !== undefined) records.saveKey(external.id, apiKey)
    this.#save([...this.#watches.map((watch) => watch.external), external])
    const watch = this.#watch(external)
    watch.begin(clock.now() - startedAt)
    this.#watches = [...this.#watches, watch]
    if (this.#isStarted) watch.start()
    this.#publish()
    log.info(
      { external: external.name, product: machine.product, models: machine.models.length },
      'machine added',
    )
    return watch.watched
  }

  /** @throws Fault `not_found` */
  async remove(idOrName: string): Promise<External> {
    const watch = this.#find(idOrName)
    this.#save(this.#watches.filter((other) => other !== watch).map((other) => other.external))
    this.#watches = this.#watches.filter((other) => other !== watch)
    this.#publish()
    this.#ports.records.removeKey(watch.external.id)
    await watch.stop()
    this.#ports.log.info({ external: watch.external.name }, 'machine removed')
    return watch.external
  }

  /** Looks at the server now, from the ground up. @throws Fault `not_found` */
  async check(idOrName: string): Promise<WatchedExternal> {
    const watch = this.#find(idOrName)
    await watch.look(true)
    return watch.watched
  }

  /** Somebody could not reach it. */
  doubt(id: string): void {
    void this.#watches.find(({ external }) => external.id === id)?.look(false)
  }

  /** What it takes to ask a remote model. @throws Fault `model_not_found`, `unavailable` */
  access(model: string): ExternalAccess {
    const { card, remote } = this.#ports.catalogue.get(model)
    const watch = this.#watches.find(({ external }) => external.id === remote?.externalId)
    if (remote === undefined || watch === undefined)
      throw new Fault('model_not_found', `The model '${card.id}' is not on another machine.`, {
        param: 'model',
      })
    if (card.defect !== undefined)
      throw new Fault('unavailable', card.defect, { retryAfterSeconds: RETRY_AFTER_SECONDS })
    const { hasKey, id: externalId, machine, name, slots, url } = watch.external
    const keyPath = hasKey ? this.#ports.records.keyPath(externalId) : null
    return { externalId, name, url, product: machine.product, remoteModel: remote.name, keyPath, slots }
  }

  #watch(external: External): MachineWatch {
    return new MachineWatch(external, {
      ...this.#ports,
      onHealth: () => this.#publish(),
      onMachine: () => {
        this.#save(this.#watches.map((watch) => watch.external))
        this.#publish()
      },
    })
  }

  #find(idOrName: string): MachineWatch {
    const watch = this.#watches.find(({ external }) => external.id === idOrName || external.name === idOrName)
    if (watch !== undefined) return watch
    throw new Fault(
      'not_found',
      `There is no external machine '${idOrName.slice(0, 100)}'. GET /v1/externals lists them.`,
      {
        param: 'id',
      },
    )
  }

  #refuseTaken({ name, url }: ExternalWish): void {
    if (this.#watches.length >= MOST_EXTERNALS)
      throw new Fault('conflict', `A node has at most ${MOST_EXTERNALS} external machines.`)
    const same = this.#watches.find(
      ({ external }) => external.url === url || external.name === name,
    )?.external
    if (same === undefined) return
    const what = same.url === url ? `the URL ${url}` : `the name '${same.name}'`
    throw new Fault(
      'conflict',
      `There is an external machine with ${what} already: ${same.id}. Remove it first.`,
      {
        param: same.url === url ? 'url' : 'name',
      },
    )
  }

  #save(externals: readonly External[]): void {
    this.#ports.records.save(externals)
  }

  #publish(): void {
    this.#ports.catalogue.replaceExternals(this.list())
  }
}
