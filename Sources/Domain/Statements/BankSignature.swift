// Banks that want a final signature in their own online bank: until an answer shows that it
// was given, the payment waits for it.

package import Primitives

package struct BankSignatureGiven: Sendable, Equatable {
  package var payment: ID<Payment>
  /// Of the instruction.
  package var number: Int
  /// ISO 20022 status that shows it.
  package var status: String

  package init(payment: ID<Payment>, number: Int, status: String) {
    self.payment = payment
    self.number = number
    self.status = status
  }
}

extension Payment {
  /// States in which the bank has it and has not answered finally.
  package var isAtBank: Bool { state == .processing || state == .awaitingBankSignature }

  /// Statuses of a payment that the bank is about to settle: it has all the signatures it wants.
  /// Received, checked, pending and partly authorised say nothing of that.
  private static let settling: Set<String> = ["ACSP", "ACWC", "ACWP"]

  /// What the bank's status of an instruction on its way leads to.
  func progressing(_ instruction: Instruction, status: String) -> [Fact] {
    if state == .awaitingBankSignature, Self.settling.contains(status) {
      return [
        .bankSignatureGiven(
          BankSignatureGiven(payment: id, number: instruction.number, status: status))
      ]
    }
    guard isAtBank, instruction.state == .prepared else { return [] }
    return [
      .instructionAccepted(
        InstructionAccepted(payment: id, number: instruction.number, status: status))
    ]
  }
}
