import BureauAPI
import Domain
import EngineKit
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// Whom a company pays, and on which accounts, through the whole server.
@Suite(.everyEngine) struct SupplierTests {
  private static let other = "12345678903"

  @Test func `a new supplier's account waits until a second person has confirmed it (S, L-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      #expect(payment.payeeAccount.mark == .new)
      #expect(payment.payeeAccount.refusal == "SUPPLIER_ACCOUNT_HELD")
      let account = payment.payeeAccount.account
      let refused = try await bureau.refusal { try await office.alex.asksToSign([payment]) }
      #expect(refused.reason == "SUPPLIER_ACCOUNT_HELD")
      #expect(refused.fields == ["payments[0]"])
      // Not by whoever has brought it.
      let own = try await bureau.refusal { try await office.kim.confirms([account]) }
      #expect(own.reason == "SUPPLIER_ACCOUNT_OWN")
      let board = try await office.kim.seesBoard().first
      #expect(board?.exceptions.map(\.cause).contains(.payeeAccountsHeld) == true)

      let confirmed = try await office.alex.confirms([account])
      #expect(confirmed.map(\.state) == [.confirmed])
      #expect(confirmed.map(\.decider) == [office.alex.name])
      let cleared = try await office.kim.seesBoard().first
      #expect(cleared?.exceptions.map(\.cause).contains(.payeeAccountsHeld) == false)
      let seen = try await office.kim.sees(payment)
      #expect(seen.payeeAccount.mark == .new && seen.payeeAccount.refusal.isEmpty)
      // Whoever signs is told that it is new.
      let order = try await office.alex.asksToSign([payment])
      #expect(order.visibleText.contains("NEW PAYEE, never paid before"))
      try await office.alex.approves(order)
      #expect(try await office.kim.sees(payment).state == .signed)

      // The next one to the same account is nothing new.
      let next = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.reference = "Invoice 2" })
      #expect(next.payeeAccount.mark == .unspecified && next.payeeAccount.refusal.isEmpty)
      let second = try await office.alex.asksToSign([next])
      #expect(!second.visibleText.contains("NEW"))
    }
  }

  @Test func `a payee's account that is swapped after approval is never sent (S, E-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let first = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(first)
      #expect(try await office.kim.sees(first).state == .signed)
      // Somebody swaps the account of what is signed.
      let swapped = try await office.kim.corrects(first, "creditor_account") {
        $0.creditorAccount = .with {
          $0.form = .noBban
          $0.text = Self.other
        }
      }
      #expect(swapped.state == .proposalComplete && swapped.signers.isEmpty)
      #expect(swapped.payeeAccount.mark == .changed)
      #expect(swapped.payeeAccount.lastAccount.text == SupplierInvoice().account)
      let refused = try await bureau.refusal { try await office.alex.asksToSign([first]) }
      #expect(refused.reason == "SUPPLIER_ACCOUNT_HELD")
      try await bureau.turnClock(to: "2026-03-16T18:00:00Z")
      #expect(bureau.executed.isEmpty)
      // Nor can whoever swapped it confirm it.
      let own = try await bureau.refusal {
        try await office.kim.confirms([swapped.payeeAccount.account])
      }
      #expect(own.reason == "SUPPLIER_ACCOUNT_OWN")
    }
  }

  @Test func `a rejected account and a blocked supplier take back what was signed (S)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      let held = try await office.kim.seesSuppliers()
      let supplier = try #require(held.first), account = try #require(supplier.accounts.first)
      #expect(supplier.organisationNumber == SupplierInvoice().supplierNumber)
      #expect(account.state == .confirmed && account.hasFirstSignTime)
      let rejected = try await office.kim.rejects(account: account.name, "They never sent it")
      #expect(rejected.accounts.map(\.state) == [.rejected])
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      let refused = try await bureau.refusal { try await office.alex.asksToSign([payment]) }
      #expect(refused.reason == "SUPPLIER_ACCOUNT_REJECTED")
      let own = try await bureau.refusal { try await office.kim.confirms([account.name]) }
      #expect(own.reason == "SUPPLIER_ACCOUNT_OWN")
      try await office.alex.confirms([account.name])
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)

      try await office.kim.blocks(supplier: supplier.name, "A dispute")
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      let blocked = try await bureau.refusal { try await office.alex.asksToSign([payment]) }
      #expect(blocked.reason == "SUPPLIER_BLOCKED")
      try await bureau.turnClock(to: "2026-03-16T18:00:00Z")
      #expect(bureau.executed.isEmpty)
      try await office.alex.unblocks(supplier: supplier.name)
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)

      // All of it is told, oldest first.
      let events = try await office.kim.calls { connection, metadata in
        try await connection.suppliers.listSupplierEvents(
          .with { $0.parent = supplier.name }, metadata: metadata
        ).events
      }
      #expect(
        events.map(\.kind) == [
          "SupplierAccountFound", "SupplierAccountConfirmed", "SupplierAccountRejected",
          "SupplierAccountConfirmed", "SupplierBlocked", "SupplierUnblocked",
        ])
      #expect(events.allSatisfy { !$0.text.isEmpty })
      #expect(events.map(\.actorDisplayName).first == office.kim.displayName)
    }
  }

  @Test func `many accounts are confirmed in one call, all or none, and a repeat is the same (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let numbers = ["988077917", "974760673", "923609016"]
      var accounts: [String] = []
      for (index, number) in numbers.enumerated() {
        let invoice = SupplierInvoice(number: "\(index)").with { $0.supplierNumber = number }
        accounts.append(try await office.kim.imports(invoice).payeeAccount.account)
      }
      #expect(Set(accounts).count == 3)
      let foreign = accounts[0].dropLast(32) + String(repeating: "cd", count: 16)
      let refused = try await bureau.refusal {
        try await office.alex.confirms(accounts + [String(foreign)])
      }
      #expect(refused.reason == "SUPPLIER_NOT_FOUND" && refused.fields == ["accounts[3]"])
      #expect(try await office.kim.seesSuppliers(.held).count == 3)
      let once = try await office.alex.confirms(accounts, id: "confirm-1")
      let journals = try await bureau.journals()
      #expect(try await office.alex.confirms(accounts, id: "confirm-1") == once)
      #expect(try await bureau.journals() == journals)
      #expect(try await office.kim.seesSuppliers(.held).isEmpty)
      #expect(try await office.kim.seesSuppliers(.confirmed).count == 3)
    }
  }

  @Test func `a company's policy says what new accounts wait for (S)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      try await robin.sets { $0.payeeAccountConfirmation = .changesOnly }
      let first = try await office.kim.imports(SupplierInvoice())
      _ = try await office.alex.asksToSign([first])
      let second = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.account = Self.other })
      let refused = try await bureau.refusal { try await office.alex.asksToSign([second]) }
      #expect(refused.reason == "SUPPLIER_ACCOUNT_HELD")
      try await robin.sets { $0.payeeAccountConfirmation = .none }
      let order = try await office.alex.asksToSign([first, second])
      #expect(order.visibleText.contains("Look closely: 2 to new payees"))
      #expect(try await office.kim.seesPolicy().payeeAccountConfirmation == .none)
    }
  }

  @Test func `the register is seen as it was (J)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let before = bureau.world.clock.now
      try await bureau.turnClock(to: "2026-03-05T08:00:00Z")
      try await office.alex.confirms([payment.payeeAccount.account])
      func state(at time: Instant?) async throws -> [Bureau_V1_SupplierAccount.State] {
        try await office.kim.calls { connection, metadata in
          try await connection.suppliers.getSupplier(
            .with {
              $0.name = payment.payeeAccount.supplier
              if let time { $0.asOfTime.seconds = time.microseconds / 1_000_000 + 1 }
            }, metadata: metadata)
        }.accounts.map(\.state)
      }
      #expect(try await state(at: before) == [.held])
      #expect(try await state(at: nil) == [.confirmed])
    }
  }
}
