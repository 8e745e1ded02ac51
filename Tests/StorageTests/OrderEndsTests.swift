import Domain
import Primitives
import Testing

@testable import Storage

/// How orders that are over are kept, and what they were for.
@Suite struct OrderEndsTests {
  @Test func `what was carried out and what was refused are read back as they were`() throws {
    let ends = OrderEnds(
      results: ["bureaus/1/companies/2/payments/3"],
      refusals: [
        OrderRefusal(
          name: "bureaus/1/companies/2/payments/4",
          refusal: RecordedRefusal(
            kind: .conflict, reason: "PAYMENT_ETAG", field: nil, message: "Read it again.")),
        OrderRefusal(
          name: "bureaus/1/companies/2/payments/5",
          refusal: RecordedRefusal(
            kind: .failedPrecondition, reason: "PAYMENT_INCOMPLETE", field: "creditor_account",
            message: "Fill in creditor_account (P-07).")),
      ])
    #expect(try OrderEnds(ends.text) == ends)
    #expect(try OrderEnds("") == OrderEnds(results: [], refusals: []))
    #expect(throws: UnreadableFact.self) { try OrderEnds("! name conflict") }
  }

  @Test func `payments of several companies are kept with their companies`() throws {
    let parts = [
      CompanyPayments(company: key(2), payments: [key(40), key(41)]),
      CompanyPayments(company: key(3), payments: [key(40)]),
    ]
    #expect(try [CompanyPayments](subjects: parts.subjects) == parts)
    #expect(throws: UnreadableFact.self) {
      try [CompanyPayments](subjects: parts.subjects.dropLast())
    }
  }
}
