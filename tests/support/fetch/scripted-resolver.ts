import type { NameResolver } from '@shared/fetch/name-resolver.ts'

export interface ScriptedResolver extends NameResolver {
  /** Every name that was asked for, in order. */
  readonly asked: readonly string[]
}

/**
 * Names and their addresses. A name with several answers gives one after the other, then the last again:
 * that is how a name is rebound between a check and its use.
 */
export const createScriptedResolver = (
  answers: Readonly<Record<string, readonly (readonly string[])[]>>,
): ScriptedResolver => {
  const asked: string[] = []
  return {
    asked,
    resolve(name) {
      const ofName = Object.hasOwn(answers, name) ? (answers[name] ?? []) : []
      const turn = asked.filter((other) => other === name).length
      asked.push(name)
      const answer = ofName[Math.min(turn, ofName.length - 1)]
      return answer === undefined ? Promise.reject(new Error(`ENOTFOUND ${name}`)) : Promise.resolve(answer)
    },
  }
}
