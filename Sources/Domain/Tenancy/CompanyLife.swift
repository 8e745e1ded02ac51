// A company's life in the payment service (roles-and-flows §2.5): it exists, is active, is closed.

package import Primitives

package enum CompanyState: String, Sendable, CaseIterable {
  case active
  /// Exists, and is to be activated by hand before any work (U-05).
  case inactive
  /// For good: read and exported, never worked for again.
  case closed
}

/// New values for what of a company can change; nil: as it was.
package struct CompanyChange: Sendable, Equatable {
  package var displayName, street, postalCode, town: String?

  package init(
    displayName: String? = nil, street: String? = nil, postalCode: String? = nil,
    town: String? = nil
  ) {
    self.displayName = displayName
    self.street = street
    self.postalCode = postalCode
    self.town = town
  }
}

package struct CompanyUpdated: Sendable, Equatable {
  package var company: ID<Company>
  package var displayName, street, postalCode, town: String

  package init(
    company: ID<Company>, displayName: String, street: String, postalCode: String, town: String
  ) {
    self.company = company
    self.displayName = displayName
    self.street = street
    self.postalCode = postalCode
    self.town = town
  }
}

package struct CompanyActivated: Sendable, Equatable {
  package var company: ID<Company>
  package init(company: ID<Company>) { self.company = company }
}

/// Stands in the company's own journal, in line with its payments: none slips past it.
package struct CompanyClosed: Sendable, Equatable {
  package var company: ID<Company>
  package var reason: String
  package init(company: ID<Company>, reason: String) {
    self.company = company
    self.reason = reason
  }
}

/// What stands in the way of closing a company.
package struct CompanyRemains: Sendable, Equatable {
  /// Payments that are signed, processing or in doubt: how many, and the first of them.
  package var openCount: Int
  package var open: [ID<Payment>]
  /// Transfers of the company or of the whole bureau are held.
  package var isHeld: Bool

  package init(openCount: Int = 0, open: [ID<Payment>] = [], isHeld: Bool = false) {
    self.openCount = openCount
    self.open = open
    self.isHeld = isHeld
  }
}

extension PaymentState {
  /// Money may leave, or may have left: the company cannot be closed over it.
  package static let holdingCompanyOpen: [PaymentState] = [
    .signed, .awaitingBankSignature, .processing, .inDoubt,
  ]
}

extension CompanyDraft {
  /// What a company that exists already says to a second one with its number (U-05).
  package static func refusing(_ known: CompanyState?) throws {
    switch known {
    case nil: return
    case .active: throw TenancyError.companyExists
    case .inactive: throw CompanyError.existsInactive
    case .closed: throw CompanyError.existsClosed
    }
  }
}

extension Company {
  /// Lets work through that needs an active company.
  package static func requireActive(_ state: CompanyState) throws(CompanyError) {
    switch state {
    case .active: return
    case .inactive: throw .inactive
    case .closed: throw .closed
    }
  }

  package func changing(_ change: CompanyChange) throws -> [Fact] {
    if state == .closed { throw CompanyError.closed }
    func value(_ new: String?, _ old: String, _ field: String, _ limit: Int)
      throws -> String
    {
      guard let new else { return old }
      return try Field.required(new, field, limit: limit)
    }
    return [
      .companyUpdated(
        CompanyUpdated(
          company: id, displayName: try value(change.displayName, displayName, "display_name", 140),
          street: try value(change.street, street, "address.street", 140),
          postalCode: try value(change.postalCode, postalCode, "address.postal_code", 16),
          town: try value(change.town, town, "address.town", 70)))
    ]
  }

  /// By hand, by a customer administrator (U-05, U-07).
  package func activating() throws(CompanyError) -> [Fact] {
    switch state {
    case .inactive: return [.companyActivated(CompanyActivated(company: id))]
    case .active: throw .active
    case .closed: throw .closed
    }
  }

  /// Ends the work for the company, with nothing left that could still move money.
  package func closing(_ reason: String, remains: CompanyRemains) throws
    -> [Fact]
  {
    let why = try Field.required(reason, "reason", limit: 200)
    if state == .closed { throw CompanyError.closed }
    if remains.openCount > 0 {
      throw CompanyError.openPayments(count: remains.openCount, first: remains.open)
    }
    if remains.isHeld { throw CompanyError.held }
    return [.companyClosed(CompanyClosed(company: id, reason: why))]
  }
}
