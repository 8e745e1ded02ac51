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
  /// It holds salaries, and nothing else.
  package var isSalary: Bool

  package init(
    id: ID<Transfer>, state: State, agreement: ID<Agreement>, fileDigest: [UInt8],
    executionDate: CalendarDate, prepareTime: Instant, deliverTime: Instant?,
    items: [TransferItem], isSalary: Bool = false
  ) {
    self.id = id
    self.state = state
    self.agreement = agreement
    self.fileDigest = fileDigest
    self.executionDate = executionDate
    self.prepareTime = prepareTime
    self.deliverTime = deliverTime
    self.items = items
    self.isSalary = isSalary
  }

  /// The day from which the bank may be expected to answer: its execution date, or when it has left
  /// if that was later; nil: it has not left, and nothing in it can be in doubt.
  package func askedFor(in zone: TimeZoneRule) -> CalendarDate? {
    guard state == .delivered else { return nil }
    return max(executionDate, deliverTime?.date(in: zone) ?? executionDate)
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
  /// The bank executes it only after a final signature in its own online bank.
  package var awaitsBankSignature: Bool
  /// Salaries, and nothing else.
  package var isSalary: Bool
  package init(
    transfer: ID<Transfer>, agreement: ID<Agreement>, fileDigest: [UInt8],
    executionDate: CalendarDate, items: [TransferItem], awaitsBankSignature: Bool = false,
    isSalary: Bool = false
  ) {
    self.transfer = transfer
    self.agreement = agreement
    self.fileDigest = fileDigest
    self.executionDate = executionDate
    self.items = items
    self.awaitsBankSignature = awaitsBankSignature
    self.isSalary = isSalary
  }
}

package struct TransferDelivered: Sendable, Equatable {
  package var transfer: ID<Transfer>
  package init(transfer: ID<Transfer>) { self.transfer = transfer }
}
