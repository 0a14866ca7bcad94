import { InvitationDesk } from './invitation-desk.ts'
import type { InvitationDeskPorts } from './invitation-desk.ts'
import { JoiningDesk } from './joining-desk.ts'
import type { JoiningDeskPorts } from './joining-desk.ts'
import { createPairingHost } from './pairing-host.ts'
import type { PairingHostPorts } from './pairing-host.ts'
import { createStrangerDoor } from './stranger-door.ts'
import type { StrangerDoor } from './stranger-door.ts'

export type PairingPorts = InvitationDeskPorts & JoiningDeskPorts & Pick<PairingHostPorts, 'door'>

/** Both ends of how nodes get together. */
export interface Pairing {
  readonly invitations: InvitationDesk
  readonly joining: JoiningDesk
  /** Behind the door for nodes, for those that are no members. */
  readonly stranger: StrangerDoor
  /** The node goes: who waits at the other end is told. */
  close(): void
}

export const createPairing = (ports: PairingPorts): Pairing => {
  const invitations = new InvitationDesk(ports)
  const joining = new JoiningDesk(ports)
  const host = createPairingHost({ ...ports, current: () => invitations.current })
  return {
    invitations,
    joining,
    stranger: createStrangerDoor(host, ports.log),
    close() {
      invitations.close()
      joining.close()
    },
  }
}
