import type { VisitObserver } from './visit.ts'

/** Several observers as one. @param ends those who want to know of ends alone */
export const tellVisits = (
  observers: readonly VisitObserver[],
  ends: readonly Pick<VisitObserver, 'onEnd'>[],
): VisitObserver => ({
  onFirstByte(...first) {
    for (const observer of observers) observer.onFirstByte(...first)
  },
  onEnd(...end) {
    for (const observer of [...observers, ...ends]) observer.onEnd(...end)
  },
})
