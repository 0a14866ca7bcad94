/** Who goes first when requests wait: somebody who sits in front of a screen, before work that has time. */
export const REQUEST_CLASSES = ['interactive', 'batch'] as const
export type RequestClass = (typeof REQUEST_CLASSES)[number]
