package import Primitives

/// A company as somebody asks for it, unchecked.
package struct CompanyDraft: Sendable {
  package var displayName, organisationNumber, countryCode, street, postalCode, town: String

  package init(
    displayName: String, organisationNumber: String, countryCode: String, street: String,
    postalCode: String, town: String
  ) {
    self.displayName = displayName
    self.organisationNumber = organisationNumber
    self.countryCode = countryCode
    self.street = street
    self.postalCode = postalCode
    self.town = town
  }

  /// Checks the draft (U-03: organisation number, name, address, postal code and town).
  /// - Parameter isManual: made by hand, to be activated by hand (U-06).
  package func validated(as id: ID<Company>, at time: Instant, isManual: Bool = false)
    throws(TenancyError) -> Company
  {
    let name = try Field.required(displayName, "display_name", limit: 140)
    _ = try Field.required(organisationNumber, "organisation_number", limit: 40)
    let street = try Field.required(street, "address.street", limit: 140)
    let postalCode = try Field.required(postalCode, "address.postal_code", limit: 16)
    let town = try Field.required(town, "address.town", limit: 70)
    return Company(
      id: id, displayName: name,
      organisationNumber: try Field.organisationNumber(organisationNumber, country: countryCode),
      street: street, postalCode: postalCode, town: town, createTime: time,
      state: isManual ? .inactive : .active)
  }
}

/// A user as somebody asks for them, unchecked. The digest comes from the edge.
package struct UserDraft: Sendable {
  package var kind: User.Kind
  package var displayName, email: String
  package var nationalIDDigest: NationalIDDigest?

  package init(
    kind: User.Kind, displayName: String, email: String, nationalIDDigest: NationalIDDigest?
  ) {
    self.kind = kind
    self.displayName = displayName
    self.email = email
    self.nationalIDDigest = nationalIDDigest
  }

  /// Checks the draft. `taken`: whether a user of the bureau has this national id.
  package func validated(as id: ID<User>, taken: Bool, at time: Instant) throws(TenancyError)
    -> User
  {
    let name = try Field.required(displayName, "display_name", limit: 140)
    if kind == .person, nationalIDDigest == nil { throw .fieldMissing("national_id") }
    if !email.isEmpty {
      do { _ = try EmailAddress(email) } catch { throw .emailInvalid(error.message) }
    }
    if taken { throw .userExists }
    return User(
      id: id, kind: kind, displayName: name, email: email,
      nationalIDDigest: kind == .person ? nationalIDDigest : nil, createTime: time)
  }
}

package enum TenancyRules {
  /// The bureau with its first customer administrator (U-01).
  package static func creating(
    _ id: ID<Bureau>, displayName: String, organisationNumber: String, countryCode: String,
    administrator: User, assignment: ID<RoleAssignment>, at time: Instant
  ) throws(TenancyError) -> [Fact] {
    let name = try Field.required(displayName, "display_name", limit: 140)
    let bureau = Bureau(
      id: id, displayName: name,
      organisationNumber: try Field.organisationNumber(organisationNumber, country: countryCode),
      createTime: time)
    let role = RoleAssignment(
      id: assignment, user: administrator.id, company: nil, role: .customerAdministrator)
    return [
      .bureauCreated(BureauCreated(bureau: bureau)),
      .userCreated(UserCreated(user: administrator)),
      .roleAssigned(RoleAssigned(assignment: role)),
    ]
  }

  /// The roles that a program may have.
  package static let ofPrograms: Set<Role> = [.serviceUser, .reader, .payroll]

  /// A role given to a user. `held`: the user's roles so far.
  package static func assigning(_ new: RoleAssignment, to user: User, held: [RoleAssignment])
    throws(TenancyError) -> [Fact]
  {
    if user.kind == .person, new.role == .serviceUser { throw .userNotService }
    if user.kind == .service, !Self.ofPrograms.contains(new.role) { throw .userNotPerson }
    if held.contains(where: { $0.company == new.company && $0.role == new.role }) {
      throw .roleExists
    }
    return [.roleAssigned(RoleAssigned(assignment: new))]
  }
}

/// Checks of single fields that several drafts share.
enum Field {
  static func required(_ value: String, _ field: String, limit: Int) throws(TenancyError) -> String
  {
    let trimmed = value.trimmed
    guard !trimmed.isEmpty else { throw .fieldMissing(field) }
    guard trimmed.fits(scalars: limit) else { throw .fieldTooLong(field, limit: limit) }
    guard trimmed.isPlainLine else { throw .fieldNotPlain(field) }
    return trimmed
  }

  static func organisationNumber(_ text: String, country: String) throws(TenancyError)
    -> OrganisationNumber
  {
    guard let code = try? CountryCode(country.isEmpty ? "NO" : country), code == .no || code == .se
    else {
      throw .countryNotSupported(String(country.prefix(10)))
    }
    do { return try OrganisationNumber(text, country: code) } catch {
      throw .organisationNumberInvalid(error.message)
    }
  }
}

extension String {
  /// Without white space at either end.
  var trimmed: String {
    var slice = self[...]
    while let first = slice.first, first.isWhitespace { slice.removeFirst() }
    while let last = slice.last, last.isWhitespace { slice.removeLast() }
    return String(slice)
  }
}
