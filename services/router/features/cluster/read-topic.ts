import type { ReadTopic } from '../../policy/cluster/cluster-effects.ts'
import type { NodeTopics, TopicName } from '../../policy/cluster/node-topics.ts'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { TypeCheck } from '@sinclair/typebox/compiler'
import type { TSchema } from '@sinclair/typebox'
import { TOPIC_SCHEMAS } from './node-topic-schema.ts'
import { pickFields } from './pick-fields.ts'

const compiled = new Map<TopicName, TypeCheck<TSchema>>()

/** Compiled when they are first needed: a node in no cluster never does. */
const checkOf = (topic: TopicName): TypeCheck<TSchema> => {
  const known = compiled.get(topic)
  if (known !== undefined) return known
  const check = TypeCompiler.Compile<TSchema>(TOPIC_SCHEMAS[topic])
  compiled.set(topic, check)
  return check
}

/** What a node says under a topic, without fields that we do not know; undefined when it is nothing of that kind. */
export const readTopic: ReadTopic = <Topic extends TopicName>(topic: Topic, value: unknown) =>
  checkOf(topic).Check(value)
    ? // The schema is that of the topic, ids included; TypeBox cannot brand them.
      (pickFields(TOPIC_SCHEMAS[topic], value) as NodeTopics[Topic])
    : undefined
