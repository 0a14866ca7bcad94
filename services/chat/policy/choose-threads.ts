/**
 * CPU threads for a model that is about to be opened: the cores but one, shared with the models that are open already.
 * Measured: more threads than cores cost more than they bring (2 threads beside 2 busy ones: half the speed of 1).
 * @param wished 0: choose
 */
export const chooseThreads = (wished: number, cores: number, openModels: number): number =>
  wished > 0 ? wished : Math.max(1, Math.floor((cores - 1) / (openModels + 1)))
