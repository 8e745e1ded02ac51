package import Primitives

/// One bank file: its bytes are fixed and named by a fact before it leaves (invariant O).
package struct Transfer: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case prepared, delivered
  }

  package var id: ID<Transfer>
  package var state: State
  package var agreement: ID<Agreement>
  /// SHA-256 of the file.
  package var fileDigest: [UInt8]
  package var executionDate: CalendarDate
  package var prepareTime: Instant
  package var deliverTime: Instant?
  package var items: [TransferItem]

  package init(
    id: ID<Transfer>, state: State, agreement: ID<Agreement>, fileDigest: [UInt8],
    executionDate: CalendarDate, prepareTime: Instant, deliverTime: Instant?,
    items: [TransferItem]
  ) {
    self.id = id
    self.state = state
    self.agreement = agreement
    self.fileDigest = fileDigest
    self.executionDate = executionDate
    self.prepareTime = prepareTime
    self.deliverTime = deliverTime
    self.items = items
  }

  /// pain.001 GrpHdr/MsgId: 32 characters.
  package var messageID: String { id.hex }
}

/// One payment in a bank file.
package struct TransferItem: Hashable, Sendable {
  package var payment: ID<Payment>
  /// Of the instruction.
  package var number: Int

  package init(payment: ID<Payment>, number: Int) {
    self.payment = payment
    self.number = number
  }

  package var endToEndID: String { Instruction.endToEndID(of: payment, number: number) }
}

package struct TransferPrepared: Sendable, Equatable {
  package var transfer: ID<Transfer>
  package var agreement: ID<Agreement>
  package var fileDigest: [UInt8]
  package var executionDate: CalendarDate
  package var items: [TransferItem]
  package init(
    transfer: ID<Transfer>, agreement: ID<Agreement>, fileDigest: [UInt8],
    executionDate: CalendarDate, items: [TransferItem]
  ) {
    self.transfer = transfer
    self.agreement = agreement
    self.fileDigest = fileDigest
    self.executionDate = executionDate
    self.items = items
  }
}

package struct TransferDelivered: Sendable, Equatable {
  package var transfer: ID<Transfer>
  package init(transfer: ID<Transfer>) { self.transfer = transfer }
}
