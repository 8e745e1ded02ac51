import Domain
import Formats
import Foundation
import Primitives
import Testing

/// Invariant S: what is sent is what was signed, to the letter.
@Suite struct SignedEqualsSentTests {
  static let seeds = [UInt64](1...120)

  @Test(arguments: seeds)
  func `what is signed is written, read back and accepted`(seed: UInt64) throws {
    let batch = try SignedBatch(seed: seed)
    let file = try batch.prepared()
    try batch.check(file.content)
    #expect(file.executionDate == batch.executionDate)
    #expect(
      file.items
        == batch.payments.map {
          TransferItem(payment: $0.id, number: $0.instructions.count + 1)
        })
    let message = try Pain001.read(file.content)
    #expect(message.messageID == "\(file.transfer.hex)")
    let group = try #require(message.paymentInformations.first)
    #expect(message.paymentInformations.count == 1)
    #expect(group.id == TransferRules.paymentInformationID(of: file.transfer))
    #expect(group.transactions.map(\.endToEndID) == file.items.map(\.endToEndID))
    #expect(group.transactions.allSatisfy { $0.endToEndID.count <= 35 })
  }

  @Test(arguments: seeds)
  func `the same payments make the same bytes`(seed: UInt64) throws {
    #expect(
      try SignedBatch(seed: seed).prepared().content
        == SignedBatch(seed: seed).prepared().content)
  }

  @Test(arguments: Tampering.allCases, [UInt64](1...25))
  func `a file in which anything else stands is refused`(tampering: Tampering, seed: UInt64) throws
  {
    let batch = try SignedBatch(seed: seed, count: 3)
    var message = try Pain001.read(try batch.prepared().content)
    var random = Seeded(seed)
    tampering.apply(to: &message, &random)
    let content = try message.write(batch.profile.rendering)
    let refusal = #expect(throws: TransferError.self) { try batch.check(content) }
    #expect(refusal?.reason == tampering.reason)
  }

  @Test(
    arguments: [
      ("InstdAmt", "TRANSFER_UNSIGNED"), ("Ccy", "TRANSFER_UNSIGNED"),
      ("ReqdExctnDt", "TRANSFER_WRONG_DATE"), ("EndToEndId", "TRANSFER_UNSIGNED"),
    ], [UInt64](1...25))
  func `changed bytes are refused`(change: (String, String), seed: UInt64) throws {
    let batch = try SignedBatch(seed: seed)
    let text = String(decoding: try batch.prepared().content, as: UTF8.self)
    let changed: String
    switch change.0 {
    case "Ccy":
      let code = try #require(batch.payments.first?.terms.amount.currency.code)
      changed = text.replacingOccurrences(
        of: "InstdAmt Ccy=\"\(code)\"", with: "InstdAmt Ccy=\"USD\"")
    case "InstdAmt":
      // One digit more in front of the first amount.
      changed = text.replacing(#/(<InstdAmt[^>]*>)/#, maxReplacements: 1) { "\($0.1)1" }
    case "ReqdExctnDt":
      let next = batch.executionDate.adding(days: 1).iso
      changed = text.replacing(#/<ReqdExctnDt>.*?</#) { _ in "<ReqdExctnDt>\(next)<" }
    default:
      let other = Instruction.endToEndID(of: key(99), number: 1)
      changed = text.replacing(#/<EndToEndId>.*?</#, maxReplacements: 1) { _ in
        "<EndToEndId>\(other)<"
      }
    }
    #expect(changed != text)
    let refusal = #expect(throws: TransferError.self) { try batch.check(Array(changed.utf8)) }
    #expect(refusal?.reason == change.1)
  }

  @Test(arguments: [UInt64](1...60))
  func `one changed character is refused, or changes nothing that is signed`(seed: UInt64) throws {
    var random = Seeded(seed)
    let batch = try SignedBatch(seed: seed)
    let content = try batch.prepared().content
    let original = try Pain001.read(content)
    for _ in 0..<40 {
      var bytes = content
      let index = random.int(0...bytes.count - 1)
      bytes[index] = random.pick(Array("0123456789ABCxyz <>/\"=".utf8))
      do {
        try batch.check(bytes)
      } catch { continue }
      #expect(try Pain001.read(bytes).signedValues == original.signedValues)
    }
  }

  @Test func `a file that breaks off, or none at all, is refused`() throws {
    let batch = try SignedBatch(seed: 1)
    let content = try batch.prepared().content
    for bytes in [[], Array(content.dropLast(20)), Array("<Document/>".utf8)] {
      let refusal = #expect(throws: TransferError.self) { try batch.check(bytes) }
      #expect(refusal?.reason == "TRANSFER_UNREADABLE")
    }
  }

  @Test func `without a signature nothing is written`() throws {
    var batch = try SignedBatch(seed: 2)
    batch.payments[0].signature = nil
    let refusal = #expect(throws: TransferError.self) { try batch.prepared() }
    #expect(refusal?.reason == "TRANSFER_UNSIGNED")
  }

  @Test func `another date than follows from the due date is not written`() throws {
    var batch = try SignedBatch(seed: 3)
    batch.executionDate = batch.executionDate.adding(days: 1)
    let refusal = #expect(throws: TransferError.self) { try batch.prepared() }
    #expect(refusal?.reason == "TRANSFER_WRONG_DATE")
  }

  @Test func `values changed behind the signature are not written`() throws {
    var batch = try SignedBatch(seed: 4)
    let other = Agreement.example(
      bank: batch.agreement.bank, account: accountNumber(.norwegian, "86011117947"),
      currency: batch.agreement.currency)
    batch.agreement = other
    let refusal = #expect(throws: TransferError.self) { try batch.prepared() }
    #expect(refusal?.reason == "TRANSFER_UNSIGNED")
  }

  @Test func `no payments, or payments of two service levels, make no file`() throws {
    var batch = try SignedBatch(seed: 5)
    batch.payments = [
      try Payment.example().signed(),
      try Payment.example(
        41, .proposalComplete,
        .complete.with {
          $0.creditorAccount = accountNumber(.iban, "DE89370400440532013000")
          $0.amount = .eur(100)
        }
      ).signed(),
    ]
    #expect(throws: TransferError.self) { try batch.prepared() }
    batch.payments = []
    #expect(throws: TransferError.self) { try batch.prepared() }
  }

  // Skipped where xmllint or the schemas are not at hand.
  @Test(.enabled(if: Schemas.canValidate), arguments: [UInt64](1...20))
  func `the schema accepts what is written`(seed: UInt64) throws {
    let file = try SignedBatch(seed: seed).prepared()
    #expect(try Schemas.faults(file.content, schema: "pain.001.001.03") == "")
  }
}

/// One thing that somebody could change in a file.
enum Tampering: CaseIterable, Sendable {
  case account, name, amount, message, reference, debtorAccount, date, bic
  case added, addedAgain, missing, swapped, identifiersSwapped

  var reason: String {
    switch self {
    case .date: "TRANSFER_WRONG_DATE"
    case .missing: "TRANSFER_INCOMPLETE"
    default: "TRANSFER_UNSIGNED"
    }
  }

  func apply(to message: inout Pain001, _ random: inout Seeded) {
    var group = message.paymentInformations[0]
    var all = group.transactions
    let index = random.int(0...all.count - 1)
    let other = (index + 1) % all.count
    switch self {
    case .account:
      if let form = all[index].creditorAccount.number?.form {
        all[index].creditorAccount = WrittenAccount(random.accountNumber(form))
        all[index].remittance = all[index].remittance.fitting(all[index].creditorAccount)
      }
    case .name: all[index].creditor.name = "X" + all[index].creditor.name.dropFirst()
    case .amount:
      all[index].amount = Money(
        minorUnits: all[index].amount.minorUnits + 1, currency: all[index].amount.currency)
    case .message: all[index].remittance = .unstructured("Another text")
    case .reference:
      all[index].remittance = .structured(paymentReference(.creditor, "RF18539007547034"))
    case .debtorAccount:
      if let form = group.debtorAccount.number?.form {
        group.debtorAccount = WrittenAccount(random.accountNumber(form))
      }
    case .date: group.requestedExecutionDate = group.requestedExecutionDate.adding(days: 1)
    case .bic: all[index].creditorAgentBIC = aBIC("NDEAFIHH")
    case .added:
      var extra = all[index]
      extra.endToEndID = Instruction.endToEndID(of: key(99), number: 1)
      extra.instructionID = extra.endToEndID
      all.append(extra)
    case .addedAgain:
      // The next sending of a payment that is in the file already.
      var extra = all[index]
      extra.endToEndID = String(extra.endToEndID.dropLast()) + "9"
      extra.instructionID = extra.endToEndID
      all.append(extra)
    case .missing: all.remove(at: index)
    case .swapped:
      let first = all[index]
      all[index].creditor = all[other].creditor
      all[index].creditorAccount = all[other].creditorAccount
      all[index].remittance = all[other].remittance
      all[index].creditorAgentBIC = all[other].creditorAgentBIC
      all[other].creditor = first.creditor
      all[other].creditorAccount = first.creditorAccount
      all[other].remittance = first.remittance
      all[other].creditorAgentBIC = first.creditorAgentBIC
    case .identifiersSwapped:
      let first = all[index]
      all[index].endToEndID = all[other].endToEndID
      all[other].endToEndID = first.endToEndID
    }
    group.transactions = all
    message.paymentInformations[0] = group
  }
}

extension Pain001.Remittance {
  /// Itself, or a text where the account's country does not know the reference.
  fileprivate func fitting(_ account: WrittenAccount) -> Self {
    switch (self, account.number) {
    case (.structured(.finnish), .some(.iban(let iban))) where iban.countryCode != .fi:
      .unstructured("x")
    case (.structured(.ocr), .some(.iban(let iban))) where iban.countryCode != .se:
      .unstructured("x")
    default: self
    }
  }
}

extension Pain001 {
  /// All that a signature is about, as text.
  fileprivate var signedValues: [String] {
    paymentInformations.flatMap { group in
      group.transactions.map { transfer in
        """
        \(transfer.endToEndID) \(group.debtorAccount.text) \(group.requestedExecutionDate) \
        \(transfer.creditor.name) \(transfer.creditorAccount.text) \(transfer.amount) \
        \(transfer.creditorAgentBIC?.text ?? "") \(transfer.remittance)
        """
      }
    }
  }
}
