import Formats
import Foundation
import Primitives
import Sandbox
import Testing

/// A bank in a folder of its own, which is removed at the end, and what a customer does with it.
struct BankFixture {
  static let connection = "bureau/company/bank"
  static let debtor = "12345678903"

  let root: URL
  private(set) var bank: SandboxBank

  init(profile: BankProfile = BankProfile(), balance: Int64 = 100_000_00) throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("sandbox-bank-\(UUID().uuidString)")
    bank = try SandboxBank(root: root, profile: profile)
    try bank.openAccount(
      connection: Self.connection, number: try Self.account(Self.debtor), currency: .nok,
      owner: "Kunde Fisk AS", openingBalance: .nok(balance))
  }

  /// Runs a test with a bank, and clears up.
  static func with(
    profile: BankProfile = BankProfile(), balance: Int64 = 100_000_00,
    _ body: (inout BankFixture) throws -> Void
  ) throws {
    var fixture = try BankFixture(profile: profile, balance: balance)
    defer { try? FileManager.default.removeItem(at: fixture.root) }
    try body(&fixture)
  }

  mutating func restart(profile: BankProfile = BankProfile()) throws {
    bank = try SandboxBank(root: root, profile: profile)
  }

  static func account(_ digits: String) throws -> AccountNumber {
    try AccountNumber(form: .norwegian, text: digits)
  }

  static func at(_ time: String) throws -> Instant { try #require(Instant(rfc3339: time)) }

  /// Friday, before the payments of Monday.
  static let friday = "2026-10-02T08:00:00Z"
  /// Monday at 06:00 in Oslo.
  static let monday = "2026-10-05T04:00:00Z"

  static func transfer(
    _ id: String, _ minor: Int64 = 100_00, to creditor: String = "86011117947",
    _ remittance: Pain001.Remittance = .unstructured("Faktura 1")
  ) throws -> Pain001.CreditTransfer {
    Pain001.CreditTransfer(
      instructionID: "I\(id)", endToEndID: id, amount: .nok(minor),
      creditor: Pain001.Party(name: "Leverandør Én AS", country: .no),
      creditorAccount: try account(creditor), remittance: remittance)
  }

  static func message(
    id: String = "M1", date: String = "2026-10-05", batch: Bool = false, purpose: String? = nil,
    debtor: String = debtor, _ transfers: [Pain001.CreditTransfer]
  ) throws -> Pain001 {
    Pain001(
      messageID: id, creationTime: WrittenTime(try at(friday)),
      initiatingParty: Pain001.Party(name: "Eksempel Regnskap AS"),
      paymentInformations: [
        Pain001.PaymentInformation(
          id: "P1", batchBooking: batch, categoryPurpose: purpose,
          requestedExecutionDate: try #require(CalendarDate(iso: date)),
          debtor: Pain001.Party(name: "Kunde Fisk AS"), debtorAccount: try account(debtor),
          debtorAccountCurrency: .nok, debtorAgentBIC: try BIC("DNBANOKK"),
          transactions: transfers)
      ])
  }

  private func folder(_ name: String) -> URL {
    root.appendingPathComponent("\(Self.connection)/\(name)")
  }

  func send(_ message: Pain001, as name: String? = nil) throws {
    try send(try message.write(), as: name ?? "\(message.messageID).xml")
  }

  func send(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: folder("to-bank/\(name)"))
  }

  /// Changes the text of a file that our own writer would not write.
  func send(_ message: Pain001, replacing old: String, with new: String) throws {
    let text = String(decoding: try message.write(), as: UTF8.self)
    #expect(text.contains(old))
    try send(Array(text.replacing(old, with: new).utf8), as: "\(message.messageID).xml")
  }

  func tick(_ time: String) throws -> [BankEvent] { try bank.tick(now: try Self.at(time)) }

  func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder(name).path).sorted()
  }

  func answer(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder("from-bank/\(name)")))
  }

  func status(_ name: String) throws -> Pain002 { try Pain002.read(try answer(name)) }

  /// What a status report says of a payment: the code, and the reason's code if any.
  func outcome(of id: String, in name: String) throws -> String? {
    let outcome = try status(name).outcome(
      ofEndToEnd: id, instruction: "I\(id)", paymentInformation: "P1")
    return outcome.map { ([$0.status.code] + $0.reasons.compactMap(\.code)).joined(separator: " ") }
  }
}
