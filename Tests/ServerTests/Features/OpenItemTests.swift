import BureauAPI
import Domain
import EngineKit
import Foundation
import Sandbox
import SwiftProtobuf
import TestKit
import Testing

/// A supplier ledger's open records through the whole server.
@Suite(.everyEngine) struct OpenItemTests {
  private static let head =
    "kind,supplier,organisation_number,country,number,amount,currency,account,due_date,reference\n"

  private static let file =
    head
    + "invoice,Elbolaget AS,988077917,NO,104471,\"7155,00\",NOK,86011117947,2026-03-16,Invoice 104471\n"
    + "credit_note,Elbolaget AS,988077917,NO,K55,\"-155,00\",NOK,,,\n"
    + "payment,Elbolaget AS,988077917,NO,P1,\"1 000,00\",NOK,,,\n"

  private func payment(_ name: String, by person: Person) async throws -> Bureau_V1_Payment {
    try await person.sees(Bureau_V1_Payment.with { $0.name = name })
  }

  @Test
  func `a credit note is set off, signed as such, and what is left is paid (P-01, P-05, P-06, S)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let items = try await office.kim.importsItems(Self.file).items
      try #require(items.map(\.line) == [2, 3, 4])
      #expect(items.allSatisfy { !$0.known && $0.note.isEmpty })
      let payment = try await payment(items[0].payment, by: office.kim)
      // Complete, and the supplier has open records.
      #expect(payment.state == .proposalOpenItems)
      #expect(Set(payment.openItems) == Set(items.dropFirst().map(\.openItem.name)))
      let linked = try await office.kim.setsOff([items[1].openItem], against: payment.name)
      #expect(linked.amount.minorUnits == 700_000 && linked.grossAmount.minorUnits == 715_500)
      #expect(linked.reference.text == "Invoice 104471 less credit note K55")
      #expect(linked.linkedItems == [items[1].openItem.name])
      #expect(linked.state == .proposalOpenItems)
      let again = try await bureau.refusal {
        try await office.kim.setsOff([items[1].openItem], against: payment.name)
      }
      #expect(again.reason == "OPEN_ITEM_LINKED")
      #expect(try await office.kim.seesItems().map(\.number) == ["P1"])
      let order = try await office.alex.startsSigning(linked)
      #expect(order.visibleText.contains("7000.00 NOK"))
      #expect(order.visibleText.contains("Invoice 104471 7155.00 less credit note K55 155.00"))
      try await office.alex.approves(order)
      let late = try await bureau.refusal {
        try await office.kim.setsOff([items[2].openItem], against: payment.name)
      }
      #expect(late.reason == "OPEN_ITEM_NOT_PROPOSAL")
      try await bureau.turnClock(to: "2026-03-16T18:00:00Z")
      #expect(bureau.executed.map(\.amountMinor) == [700_000])
    }
  }

  @Test func `a deleted payment frees its credit notes, and comes back whole (P-12, P-13)`()
    async throws
  {
    try await withOffice { office in
      let items = try await office.kim.importsItems(
        Self.file
          + "invoice,Elbolaget AS,988077917,NO,2,500.00,NOK,86011117947,2026-03-16,Invoice 2\n"
      ).items
      let notes = items.map(\.openItem).filter { !$0.name.isEmpty }
      let first = try await office.kim.setsOff(notes, against: items[0].payment)
      #expect(first.amount.minorUnits == 600_000)
      #expect(try await office.kim.seesItems().isEmpty)
      // An amount that follows from what is set off cannot be written over.
      let fixed = try await office.bureau.refusal {
        try await office.kim.corrects(first, "amount") {
          $0.amount = .with {
            $0.minorUnits = 1
            $0.currencyCode = "NOK"
          }
        }
      }
      #expect(fixed.reason == "PAYMENT_SET_OFF")
      // The other invoice can have what the deleted one had.
      try await office.kim.deletes(first)
      #expect(try await office.kim.seesItems().count == 2)
      let other = try await office.kim.setsOff([notes[0]], against: items[3].payment)
      #expect(other.amount.minorUnits == 34_500)
      try await office.kim.restores(first)
      let back = try await payment(first.name, by: office.kim)
      #expect(back.amount.minorUnits == 715_500 && back.reference.text == "Invoice 104471")
      #expect(back.linkedItems.isEmpty && back.state == .proposalOpenItems)
      #expect(back.openItems == [notes[1].name])
      // And what is taken back is open again.
      let whole = try await office.kim.takesBack([notes[0]], from: other)
      #expect(whole.amount.minorUnits == 50_000 && !whole.hasGrossAmount)
      #expect(try await office.kim.seesItems(all: true).allSatisfy { $0.payment.isEmpty })
    }
  }

  @Test func `a credit note that comes later marks the supplier's proposals (P-05)`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(
        SupplierInvoice().with { $0.reference = "Invoice 104471" })
      #expect(payment.state == .proposalComplete)
      let items = try await office.kim.importsItems(SupplierInvoice.creditNote("K55", "155.00"))
        .items
      #expect(items.map(\.openItem.kind) == [.creditNote])
      #expect(items.map(\.openItem.amount.minorUnits) == [15_500])
      #expect(try await office.kim.sees(payment).state == .proposalOpenItems)
      // The same by another source is the same.
      let csv = try await office.kim.importsItems(
        Self.head + "credit_note,Elbolaget AS,988077917,NO,k-55,155.00,NOK,,,\n")
      #expect(csv.items.map(\.openItem.name) == items.map(\.openItem.name))
      #expect(csv.items.map(\.known) == [true])
    }
  }

  @Test func `the same file again, and the same invoice from two sources, add nothing (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let invoice = try await office.kim.imports(SupplierInvoice())
      let first = try await office.kim.importsItems(Self.file, id: "items-1")
      #expect(first.items.map(\.payment).first == invoice.name)
      #expect(first.items.map(\.known) == [true, false, false])
      let journals = try await bureau.journals()
      #expect(try await office.kim.importsItems(Self.file, id: "items-1") == first)
      #expect(try await office.kim.importsItems(Self.file, id: "items-2") == first)
      #expect(try await bureau.journals() == journals)
      // An amount that differs changes nothing, and is told.
      let other = try await office.kim.importsItems(
        Self.file.replacing("7155,00", with: "7156,00"))
      #expect(
        other.items[0].note.contains("7155.00 NOK") && other.items[0].note.contains("7156.00"))
      #expect(try await bureau.journals() == journals)
    }
  }

  @Test func `a file with a fault is told all its faults, and nothing of it is taken (P-07)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let journals = try await bureau.journals()
      let answer = try await office.kim.importsItems(
        Self.file + "debt,X,,NO,1,1.00,NOK,,,\ncredit_note,,,NO,,x,NOK,,,\n")
      #expect(answer.items.isEmpty)
      #expect(answer.findings.map(\.line) == [5, 6, 6, 6])
      #expect(answer.findings.first?.name == "kind")
      // A dry run takes nothing either, and answers as if it did.
      let dry = try await office.kim.importsItems(Self.file, isDryRun: true)
      #expect(dry.items.count == 3)
      #expect(try await bureau.journals() == journals)
      // What contradicts what is here is a fault too.
      try await office.kim.importsItems(Self.file)
      let other = try await office.kim.importsItems(
        Self.head + "credit_note,Elbolaget AS,988077917,NO,K55,156.00,NOK,,,\n")
      #expect(other.findings.map(\.name) == ["amount"])
    }
  }

  @Test func `P-07 an invoice that lacks its account is taken and says so`() async throws {
    try await withOffice { office in
      let items = try await office.kim.importsItems(
        Self.head + "invoice,Elbolaget AS,988077917,NO,1,10.00,NOK,,,\n"
      ).items
      let payment = try await payment(try #require(items.first?.payment), by: office.kim)
      #expect(payment.state == .proposalIncomplete)
      #expect(payment.missingFields == ["creditor_account", "due_date"])
    }
  }

  // MARK: Streams

  private func item(_ kind: Bureau_V1_LedgerItem.Kind, _ number: String, _ minorUnits: Int64)
    -> Bureau_V1_LedgerItem
  {
    .with {
      $0.kind = kind
      $0.supplier.displayName = "Elbolaget AS"
      $0.supplier.organisationNumber = "988077917"
      $0.supplier.countryCode = "NO"
      $0.number = number
      $0.amount.minorUnits = minorUnits
      $0.amount.currencyCode = "NOK"
      if kind == .invoice {
        $0.account.form = .noBban
        $0.account.text = "86011117947"
        $0.dueDate = "2026-03-16"
      }
    }
  }

  private func parts(
    _ items: [[Bureau_V1_LedgerItem]], of person: Person, id: String = "ledger-1"
  ) throws -> [Bureau_V1_SubmitOpenItemsRequest] {
    let parent = try person.bureau.company.name
    var parts = items.map { items in Bureau_V1_SubmitOpenItemsRequest.with { $0.items = items } }
    parts[0].parent = parent
    parts[0].requestID = id
    return parts
  }

  @Test func `a program's ledger comes on a stream, as one request however it is cut (P-01, O)`()
    async throws
  {
    try await withOffice { office in
      let (kim, bureau) = (office.kim, office.bureau)
      let invoice = item(.invoice, "104471", 715_500)
      let note = item(.creditNote, "K55", -15_500), paid = item(.payment, "P1", 100_000)
      let first = try await kim.submitsItems(parts([[invoice], [note, paid]], of: kim))
      #expect(first.items.map(\.line) == [1, 2, 3])
      #expect(
        try await payment(first.items[0].payment, by: kim).state == .proposalOpenItems)
      let journals = try await bureau.journals()
      #expect(try await kim.submitsItems(parts([[invoice, note, paid]], of: kim)) == first)
      // The same id for something else is refused; so is a part of another request.
      let reused = try await bureau.refusal {
        try await kim.submitsItems(parts([[invoice]], of: kim))
      }
      #expect(reused.reason == "REQUEST_ID_REUSED")
      let mixed = try await bureau.refusal {
        try await kim.submitsItems(
          parts([[invoice]], of: kim, id: "a") + parts([[note]], of: kim, id: "b"))
      }
      #expect(mixed.reason == "OPEN_ITEMS_STREAM_MIXED")
      let empty = try await bureau.refusal { try await kim.submitsItems(parts([[]], of: kim)) }
      #expect(empty.reason == "OPEN_ITEMS_MISSING")
      let long = try await bureau.refusal {
        try await kim.submitsItems(
          parts([Array(repeating: note, count: 1_001)], of: kim, id: "long"))
      }
      #expect(long.reason == "OPEN_ITEMS_STREAM_TOO_LONG")
      // Faults name the item.
      let faulty = try await kim.submitsItems(
        parts([[item(.creditNote, "K56", 1)], [item(.unspecified, "K57", 1)]], of: kim, id: "c"))
      #expect(faulty.items.isEmpty && faulty.findings.map(\.line) == [2])
      #expect(faulty.findings.map(\.name) == ["kind"])
      #expect(try await bureau.journals() == journals)
    }
  }
}
