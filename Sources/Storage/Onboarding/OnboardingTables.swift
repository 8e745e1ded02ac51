package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: CompanyOnboarded) throws {
    try transaction.execute(
      """
      INSERT INTO main.onboarding (bureau, company, content_digest, apply_time, seq)
      VALUES (\(bureau), \(fact.company), \(fact.contentDigest), \(time.microseconds),
        \(sequence))
      ON CONFLICT (bureau, company) DO UPDATE SET content_digest = excluded.content_digest,
        apply_time = excluded.apply_time, seq = excluded.seq
      """)
  }
}

/// The newest application of a file to one company.
package struct AppliedFile: Sendable, Equatable {
  package var contentDigest: String
  package var time: Instant
  /// Of the fact in the bureau's journal.
  package var sequence: Int64
}

/// Reads a whole bureau for a plan, and one company for its application. In the scope of a bureau.
package enum OnboardingTables {
  /// The company with this organisation number.
  package static func company(
    numbered number: OrganisationNumber, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Company? {
    let id = try tx.first(
      """
      SELECT company FROM company WHERE bureau = \(bureau)
        AND country_code = \(number.country.code) AND organisation_number = \(number.digits)
      """, as: ID<Company>.self)
    return try id.flatMap {
      try TenancyTables.company(Place(bureau: bureau, company: $0), in: tx)
    }
  }

  /// The roles in this company, without those in the whole bureau.
  package static func roles(in place: Place, _ tx: any Transaction) throws -> [RoleAssignment] {
    try tx.rows(
      """
      SELECT id, app_user, role FROM role
      WHERE bureau = \(place.bureau) AND company = \(place.company) ORDER BY id
      """, as: (ID<RoleAssignment>, ID<User>, Role).self
    ).map { RoleAssignment(id: $0, user: $1, company: place.company, role: $2) }
  }

  /// What was last applied to a company; nil: nothing.
  package static func applied(to place: Place, in tx: any Transaction) throws -> AppliedFile? {
    try tx.first(
      """
      SELECT content_digest, apply_time, seq FROM onboarding
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: (String, Int64, Int64).self
    ).map { AppliedFile(contentDigest: $0, time: $1.instant, sequence: $2) }
  }

  /// What the application that began with this fact of the bureau's journal has done.
  package static func done(
    at sequence: Int64, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> CompanyOnboarded? {
    let entry = try Journal.entries(
      of: Place(bureau: bureau), after: sequence - 1, limit: 1, in: tx
    ).first
    guard case .companyOnboarded(let fact)? = entry?.fact else { return nil }
    return fact
  }
}
