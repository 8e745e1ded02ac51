package import Primitives

/// Why the partner holds an agreement for review by hand. The list is not closed.
package enum ReviewReason: Sendable, Hashable {
  case randomCheck
  case newCompany
  case politicallyExposed
  case financing
  case countries
  case industry
  case persons
  /// Whatever else the partner names.
  case other(String)

  private static let named: [(ReviewReason, String)] = [
    (.randomCheck, "random_check"), (.newCompany, "new_company"),
    (.politicallyExposed, "politically_exposed"), (.financing, "financing"),
    (.countries, "countries"), (.industry, "industry"), (.persons, "persons"),
  ]

  /// The partner's code; one that we do not know is kept as it is.
  package init(code: String) {
    self = Self.named.first { $0.1 == code }?.0 ?? .other(String(code.plainLine.prefix(60)))
  }

  package var code: String {
    if case .other(let code) = self { return code }
    return Self.named.first { $0.0 == self }?.1 ?? ""
  }

  /// For the customer.
  package var words: String {
    switch self {
    case .randomCheck: "a random check"
    case .newCompany: "a new company whose owners are not in all public registers yet"
    case .politicallyExposed: "a politically exposed person was declared"
    case .financing: "how the company is financed"
    case .countries: "which countries it will pay to"
    case .industry: "the company's industry"
    case .persons: "persons linked to the company"
    case .other(let code): code
    }
  }
}

/// A review by hand: the partner's, never the bureau's.
package struct AgreementReview: Sendable, Equatable {
  package var reasons: [ReviewReason]
  package var startTime: Instant
  /// By when it is usually done.
  package var expectedDate: CalendarDate
  /// Who decided, once somebody has: `partner`, `operator NAME`.
  package var decidedBy: String?

  package init(
    reasons: [ReviewReason], startTime: Instant, expectedDate: CalendarDate,
    decidedBy: String? = nil
  ) {
    self.reasons = reasons
    self.startTime = startTime
    self.expectedDate = expectedDate
    self.decidedBy = decidedBy
  }

  /// A couple of working days, in banking days.
  package static let workingDays = 2
  package static let reasonLimit = 20

  /// What the customer is told: done everything right, only has to wait.
  package var message: String {
    let reasons = reasons.map(\.words).joined(separator: "; ")
    return "The partner looks at the agreement by hand (\(reasons)). Everything was done right and "
      + "nothing needs doing; it is usually finished by \(expectedDate.iso)."
  }
}

/// What the partner is asked about an agreement that has been signed.
package struct ReviewCase: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var kind: Agreement.Kind
  package var bank: String
  package var companyName: String
  package var organisationNumber: OrganisationNumber
  package var signTime: Instant
  package var declarations: Declarations

  package init(
    agreement: ID<Agreement>, kind: Agreement.Kind, bank: String, companyName: String,
    organisationNumber: OrganisationNumber, signTime: Instant, declarations: Declarations
  ) {
    self.agreement = agreement
    self.kind = kind
    self.bank = bank
    self.companyName = companyName
    self.organisationNumber = organisationNumber
    self.signTime = signTime
    self.declarations = declarations
  }
}

package enum ReviewAnswer: Sendable, Equatable {
  /// Asked; the partner has not looked yet.
  case unanswered
  /// Held for a look by hand, with why.
  case pending([ReviewReason])
  case approved
  case rejected(String)
}

/// Why the partner cannot be asked now.
package struct ReviewPartnerError: Error, Equatable {
  package var message: String
  package init(_ message: String) { self.message = message }
}

/// The third party that must approve agreements.
package protocol ReviewPartner: Sendable {
  /// Submits the case if the partner does not have it, and tells how it stands.
  func answer(_ reviewCase: ReviewCase) async throws(ReviewPartnerError) -> ReviewAnswer
}

/// Where there is no partner between bureau and bank: nothing is held.
package struct NoReviewPartner: ReviewPartner {
  package init() {}
  package func answer(_: ReviewCase) async throws(ReviewPartnerError) -> ReviewAnswer {
    .approved
  }
}
