/// Where a payment stands (roles-and-flows §2.7).
package enum PaymentState: String, Sendable, CaseIterable {
  case proposalIncomplete, proposalComplete, proposalOpenItems
  case acknowledged, signed, awaitingBankSignature, processing, inDoubt, error, paid, posted,
    deleted

  /// The three states of the Payment Proposal.
  package var isProposal: Bool {
    self == .proposalIncomplete || self == .proposalComplete || self == .proposalOpenItems
  }
}

package enum PaymentEvent: String, Sendable, CaseIterable {
  /// The values are, or have become, incomplete, complete, or complete with open items. Coming
  /// from a later state the payment returns to the proposal and a signature is void.
  case proposeIncomplete, proposeComplete, proposeOpenItems
  case acknowledge, sign, transfer
  /// Transferred to a bank that wants a final signature in its own online bank.
  case transferForBankSignature
  /// The bank's answer shows that it has that signature.
  case signAtBank
  /// Values corrected under Error, where the payment stays until it is signed anew (E-02).
  case correct
  case pay, reject
  /// No final answer in time, or the bank says it has the file already (E-03).
  case lose
  case findExecuted, findNotExecuted
  case post, delete
  /// Back to the proposal with a reason: an approver's no, or out of the Due List.
  case sendBack
}

extension PaymentState {
  /// The whole life of a payment. A pair not listed is refused; nothing else decides.
  package static let table: [Self: [PaymentEvent: Self]] = [
    .proposalIncomplete: proposing.merging([.delete: .deleted]) { $1 },
    .proposalComplete: proposing.merging(
      [
        .acknowledge: .acknowledged, .sign: .signed, .delete: .deleted,
        .sendBack: .proposalComplete,
      ]) { $1 },
    .proposalOpenItems: proposing.merging(
      [
        .acknowledge: .acknowledged, .sign: .signed, .delete: .deleted,
        .sendBack: .proposalOpenItems,
      ]) { $1 },
    .acknowledged: proposing.merging(
      [.sign: .signed, .delete: .deleted, .sendBack: .proposalComplete]) { $1 },
    // Any change voids the signature.
    .signed: proposing.merging(
      [
        .transfer: .processing, .transferForBankSignature: .awaitingBankSignature,
        .sendBack: .proposalComplete,
      ]) { $1 },
    .awaitingBankSignature: [
      .signAtBank: .processing, .pay: .paid, .reject: .error, .lose: .inDoubt,
    ],
    .processing: [.pay: .paid, .reject: .error, .lose: .inDoubt],
    // No .sign, .transfer or .delete: the money may have left.
    .inDoubt: [
      .pay: .paid, .reject: .error, .findExecuted: .paid, .findNotExecuted: .error,
    ],
    .error: [.correct: .error, .sign: .signed, .delete: .deleted],
    .paid: [.post: .posted],
    .posted: [:],
    .deleted: proposing,  // "Add to Bank" leads to the proposal only (P-13, L-03)
  ]

  private static let proposing: [PaymentEvent: Self] = [
    .proposeIncomplete: .proposalIncomplete, .proposeComplete: .proposalComplete,
    .proposeOpenItems: .proposalOpenItems,
  ]

  package func after(_ event: PaymentEvent) throws(PaymentError) -> Self {
    guard let next = Self.table[self]?[event] else { throw .notAllowed(event, in: self) }
    return next
  }
}

/// One sending of a payment to the bank.
package enum InstructionState: String, Sendable, CaseIterable {
  case prepared, accepted, rejected, executed, lost
}
