import BureauAPI
import Domain
import EngineKit
import Primitives
import Sandbox
import SwiftProtobuf
import TestKit
import Testing

/// A bank that wants a final signature in its own online bank, through the whole server.
@Suite(.everyEngine) struct BankSignatureTests {
  @Test
  func `A-21 what such a bank has waits for its signature, and without an answer is in doubt`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let company = try bureau.company, connection = company.connection(to: "seb")
      var wanted = kim.agreementRequest(bank: "seb", signer: alex, at: company)
      wanted.agreement.account.form = .seBankgiro
      wanted.agreement.account.text = "9912346"
      wanted.agreement.currencyCode = "SEK"
      let request = wanted
      let made = try await kim.calls { connection, metadata in
        try await connection.agreements.createAgreement(request, metadata: metadata)
      }
      try bureau.world.bank.openAccount(
        connection: "\(connection.bureau.hex)/\(connection.company.hex)/seb",
        number: try AccountNumber(form: .bankgiro, text: "9912346"), currency: .sek,
        owner: company.displayName,
        openingBalance: Money(minorUnits: 100_000_00, currency: .sek))
      try await alex.signs(try await kim.sends(made))
      try await alex.consents(to: "seb")
      try bureau.bankWill(BankFault(.silent), at: "seb")
      let payment = try await kim.imports(
        SupplierInvoice().with {
          $0.country = "SE"
          $0.account = "9912346"
          $0.branch = "SE:BANKGIRO"
          $0.reference = "Faktura 9"
          $0.currency = "SEK"
        })
      try await alex.signs(payment)
      try await bureau.bankSettles(on: "2026-03-16")
      #expect(try await kim.sees(payment).state == .awaitingBankSignature)
      // It is at the bank: nobody takes it back from here.
      let refused = try await bureau.refusal { try await kim.deletes(payment) }
      #expect(refused.reason == "PAYMENT_STATE")
      let board = try await kim.calls { connection, metadata in
        try await connection.board.listBoard(.with { $0.parent = bureau.name }, metadata: metadata)
      }
      #expect(
        board.rows.first?.queues.map { "\($0.state) \($0.count)" } == ["AWAITING_BANK_SIGNATURE 1"])
      try await bureau.turnClock(to: "2026-03-25T08:00:00Z")
      #expect(try await kim.sees(payment).state == .inDoubt)
    }
  }
}
