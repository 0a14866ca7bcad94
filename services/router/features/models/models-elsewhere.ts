import { findModel } from '@shared/dialects/model-name.ts'
import type { NamedModel } from '@shared/dialects/model-name.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ModelCard, ModelId } from '@shared/inference/model-card.ts'
import type { NodeModel } from '../../policy/cluster/node-topics.ts'
import type { ClusterNode, ClusterView } from '../cluster/cluster-view.ts'

const LONGEST_SHOWN_NAME = 200

/** What other nodes of the cluster have, beside the cards of this node. */
export class ModelsElsewhere {
  private readonly sources: (readonly unknown[])[] = []
  private union: readonly NamedModel[] = []

  constructor(private readonly view: ClusterView) {}

  /** This node's models, then those of nodes that are up; of two with one id the first that has no defect. */
  withOwn(own: readonly ModelCard[]): readonly NamedModel[] {
    const others = this.others().flatMap(({ topics }) => (topics.models === undefined ? [] : [topics.models]))
    if (others.length === 0) return own
    const sources = [own, ...others]
    // Both cards and announcements are replaced, never changed: nothing is merged again until one of them is another.
    if (!isSame(sources, this.sources)) {
      this.sources.splice(0, this.sources.length, ...sources)
      this.union = unionOf(own, others)
    }
    return this.union
  }

  /** Models in memory of nodes that are up. */
  get warm(): readonly ModelId[] {
    return this.others().flatMap(({ topics }) => topics.load?.warm ?? [])
  }

  /** Why a name means nothing here; undefined where there is no other node, or no name. */
  notFound(asked: string): Fault | undefined {
    if (this.view.nodes.length === 1 || asked === '') return undefined
    const name = asked.slice(0, LONGEST_SHOWN_NAME)
    const places = this.view.nodes.filter(
      ({ link, topics }) => link === 'down' && findModel(asked, topics.models ?? []) !== undefined,
    )
    const where =
      places.length === 0
        ? `'skein pull ${name}' on any node gets it; GET /v1/models lists what there is.`
        : `It is on ${places.map(downSince).join(' and on ')}. Start that node, or get it elsewhere with 'skein pull ${name}'.`
    return new Fault(
      'model_not_found',
      `No node of this cluster that is up has the model '${name}'. ${where}`,
      {
        param: 'model',
        details: { model: name },
      },
    )
  }

  private others(): readonly ClusterNode[] {
    return this.view.nodes.filter(({ link }) => link === 'up')
  }
}

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.length === other.length && one.every((source, at) => source === other[at])

const unionOf = (own: readonly ModelCard[], others: readonly (readonly NodeModel[])[]): NamedModel[] => {
  const all = new Map<ModelId, NamedModel>(own.map((card) => [card.id, card]))
  for (const model of others.flat()) {
    const known = all.get(model.id)
    if (known === undefined || (known.defect !== undefined && model.defect === null))
      all.set(model.id, namedModel(model))
  }
  return [...all.values()]
}

const namedModel = ({ defect, ...model }: NodeModel): NamedModel =>
  defect === null ? model : { ...model, defect }

const downSince = ({ name, lastSeenAt }: ClusterNode): string =>
  lastSeenAt === undefined
    ? `'${name}', which is down`
    : `'${name}', which is down since ${new Date(lastSeenAt).toISOString()}`
