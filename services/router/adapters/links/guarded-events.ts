import type { Log } from '@shared/log/create-log.ts'
import type { PeerLink, PeerNetworkEvents } from '../../features/cluster/peer-network.ts'

/** What listeners throw is a mistake of this program: it is written down, and ends nothing. */
export const guardedEvents = (events: PeerNetworkEvents, log: Log): PeerNetworkEvents => {
  const safely =
    <Words extends readonly unknown[]>(listener: (...words: Words) => void) =>
    (...words: Words): void => {
      try {
        listener(...words)
      } catch (error) {
        log.error({ err: error }, 'an event of the network was not taken')
      }
    }
  return {
    onLink: safely((link: PeerLink) => events.onLink(link)),
    onMessage: safely((link, message) => events.onMessage(link, message)),
    onLinkDown: safely((link, trouble) => events.onLinkDown(link, trouble)),
    onSighting: safely((sighting) => events.onSighting(sighting)),
    onRefused: safely((attempt) => events.onRefused(attempt)),
  }
}
