import BureauAPI
import Domain
import Foundation
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// What a step would lead to is what it then leads to, and looking changes nothing.
@Suite(.everyEngine) struct PaymentPreviewTests {
  private func preview(
    _ payments: [Bureau_V1_Payment], _ step: Bureau_V1_PreviewPaymentsRequest.Step,
    by person: Person
  ) async throws -> Bureau_V1_PreviewPaymentsResponse {
    let company = try person.bureau.company.name
    return try await person.calls { connection, metadata in
      try await connection.payments.previewPayments(
        .with {
          $0.parent = company
          $0.payments = payments.map(\.name)
          $0.step = step
        }, metadata: metadata)
    }
  }

  @Test func `D-01 signing, transfer and posting come as they were previewed, and nothing before`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      // Due on a Saturday: paid on Monday the 23rd.
      let second = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.due = "2026-03-21" })
      let other = try await office.kim.imports(
        SupplierInvoice(number: "3").with { $0.amount = "100.00" })
      try await office.alex.signs(other)
      let before = try await office.bureau.journals()

      let sign = try await preview([first, second], .sign, by: office.alex)
      #expect(try await office.bureau.journals() == before)
      #expect(sign.payments.map(\.state) == [.signed, .signed])
      #expect(sign.preview.outlooks.map(\.executionDate) == ["2026-03-16", "2026-03-23"])
      #expect(sign.preview.accountDays.map(\.date) == ["2026-03-16", "2026-03-23"])
      #expect(sign.preview.accountDays.map(\.amount.minorUnits) == [715_500, 715_500])
      #expect(sign.preview.accountDays.map(\.totalAmount.minorUnits) == [725_500, 715_500])
      let order = try await office.alex.startsSigning(first, second)
      #expect(order.visibleText == sign.preview.visibleText)
      try await office.alex.approves(order)
      for (outlook, payment) in zip(sign.preview.outlooks, [first, second]) {
        let signed = try await office.kim.sees(payment)
        #expect(signed.transferTime == outlook.transferTime)
        #expect(signed.executionDate == outlook.executionDate)
        #expect(signed.signers == outlook.signers)
      }

      let signed = try await office.bureau.journals()
      let transfer = try await preview([first], .transfer, by: office.kim)
      #expect(try await office.bureau.journals() == signed)
      #expect(transfer.payments.first?.state == .processing)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let paid = try await office.kim.sees(first)
      #expect(
        paid.instructions.map(\.endToEndID)
          == transfer.payments.first?.instructions.map(\.endToEndID))
      #expect(paid.executionDate == transfer.preview.outlooks.first?.executionDate)

      let settled = try await office.bureau.journals()
      let post = try await preview([first], .post, by: office.kim)
      #expect(try await office.bureau.journals() == settled)
      let expected = try #require(post.preview.outlooks.first)
      #expect(expected.postings == sign.preview.outlooks.first?.postings)
      #expect(post.preview.accountDays.isEmpty)
      let voucher = try await office.kim.posts(first)
      #expect(voucher.date == expected.postingDate)
      #expect(voucher.lines.map(\.amount) == expected.postings.map(\.amount))
      #expect(voucher.lines.map(\.ledgerAccount) == expected.postings.map(\.ledgerAccount))
    }
  }

  @Test func `an accountant sees who still must sign, and is refused the steps of others`()
    async throws
  {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      let acknowledged = try await preview([payment], .acknowledge, by: office.kim)
      let outlook = try #require(acknowledged.preview.outlooks.first)
      #expect(outlook.requiredSignatures == 1 && outlook.signers.isEmpty)
      #expect(outlook.ableSigners == [office.alex.name])
      #expect(outlook.postings.map(\.ledgerAccount) == ["2400", "1920"])
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      for (step, person, reason) in [
        (.sign, office.kim, "ACCESS_DENIED"), (.transfer, office.kim, "PAYMENT_STATE"),
        (.post, office.kim, "PAYMENT_STATE"), (.unspecified, office.kim, "PREVIEW_STEP_MISSING"),
      ] as [(Bureau_V1_PreviewPaymentsRequest.Step, Person, String)] {
        let refused = try await office.bureau.refusal {
          try await preview([payment], step, by: person)
        }
        #expect(refused.reason == reason)
      }
      let none = try await office.bureau.refusal { try await preview([], .sign, by: office.alex) }
      #expect(none.reason == "PAYMENTS_MISSING")
    }
  }

  @Test func `a dry run of a proposal tells when it would be paid and how it would be posted`()
    async throws
  {
    try await withOffice { office in
      let company = try office.bureau.company
      let before = try await office.bureau.journals()
      var request = office.kim.importRequest(SupplierInvoice(), at: company)
      request.validateOnly = true
      let asked = request
      let dry = try await office.kim.calls { connection, metadata in
        try await connection.payments.importInvoice(asked, metadata: metadata)
      }
      #expect(dry.preview.outlooks.map(\.executionDate) == ["2026-03-16"])
      #expect(dry.preview.outlooks.first?.postings.map(\.amount.minorUnits) == [715_500, -715_500])
      #expect(dry.preview.accountDays.map(\.amount.minorUnits) == [715_500])
      #expect(try await office.bureau.journals() == before)
      let made = try await office.kim.imports(SupplierInvoice())
      #expect(!made.hasPreview && made.executionDate == "2026-03-16")
    }
  }

  @Test func `a dry run of many tells of each when it is paid, and what leaves with the others`()
    async throws
  {
    try await withOffice { office in
      var names: [String] = []
      for number in ["1", "2", "3"] {
        names.append(
          try await office.kim.imports(
            SupplierInvoice(number: number).with { if number == "3" { $0.due = "2026-03-21" } }
          ).name)
      }
      let gone = try await office.kim.imports(SupplierInvoice(number: "4"))
      try await office.kim.deletes(gone)
      let before = try await office.bureau.journals()
      var request = office.kim.handleRequest(.acknowledge, names + [gone.name])
      request.validateOnly = true
      let dry = try await office.kim.handles(request)
      #expect(try await office.bureau.journals() == before)
      let previews = dry.map { $0.payment?.preview }
      #expect(
        previews.map { $0?.outlooks.map(\.executionDate) }
          == [["2026-03-16"], ["2026-03-16"], ["2026-03-23"], nil])
      #expect(previews.map { $0?.outlooks.first?.payment } == names + [nil])
      #expect(
        previews.map { $0?.accountDays.map(\.amount.minorUnits) }
          == [[1_431_000], [1_431_000], [715_500], nil])
      #expect(dry.last?.refused?.reason == "PAYMENT_STATE")
      request.validateOnly = false
      let done = try await office.kim.handles(request)
      #expect(
        done.map { $0.payment?.executionDate } == ["2026-03-16", "2026-03-16", "2026-03-23", nil])
      #expect(done.allSatisfy { $0.payment?.hasPreview != true })
    }
  }
}
