import BureauAPI
import Domain
import Policies
import Primitives
import Sealing
import Storage
import SwiftProtobuf

enum OnboardingLimit {
  static let resolved = 5_000
  static let people = 1_000
  static let roles = 5_000
  static let agreements = 200
  static let consents = 1_000
}

/// A company as a request wants it.
struct CompanyWish: Sendable {
  var company: DesiredCompany
  /// Each with the digest of the national id, where that is given.
  var people: [(person: DesiredPerson, digest: NationalIDDigest?)]
  var contentDigest: String

  init(
    _ request: Bureau_V1_ApplyCompanyRequest, of bureau: ID<Bureau>, key: NationalIDKey,
    allowsSynthetic: Bool
  ) throws {
    for (field, count, limit) in [
      ("people", request.people.count, OnboardingLimit.people),
      ("roles", request.roles.count, OnboardingLimit.roles),
      ("agreements", request.agreements.count, OnboardingLimit.agreements),
      ("consents", request.consents.count, OnboardingLimit.consents),
      ("content_digest", request.contentDigest.utf8.count, 64),
    ] where count > limit { throw OnboardingError.tooMany(field, limit: limit) }
    // The same checks of the five fields as when a company is made (U-03).
    let draft = try CompanyDraft(request.company).validated(
      as: ID(bureau.uuid), at: Instant(microseconds: 0))
    company = DesiredCompany(
      displayName: draft.displayName, organisationNumber: draft.organisationNumber,
      street: draft.street, postalCode: draft.postalCode, town: draft.town,
      roles: try request.roles.map { wish in
        guard let role = Role(wish.role) else { throw TenancyError.roleInvalid }
        return DesiredRole(person: wish.person, role: role)
      }, agreements: try request.agreements.map { try DesiredAgreement($0) },
      policy: try Self.policy(request), signingKey: try Self.signingKey(request),
      consents: request.consents.map { DesiredConsent(person: $0.person, bank: $0.bank) },
      reminders: request.hasReminderSettings
        ? try ReminderSettings(request.reminderSettings) : nil)
    people = try request.people.map {
      try Self.person($0, of: bureau, key: key, allowsSynthetic: allowsSynthetic)
    }
    contentDigest = request.contentDigest
  }

  private static func policy(_ request: Bureau_V1_ApplyCompanyRequest) throws -> CompanyPolicy? {
    guard request.hasPolicy else { return nil }
    do throws(PolicyValueFault) { return try CompanyPolicy(request.policy) } catch {
      throw PolicyError.invalid(field: error.field, error.message)
    }
  }

  private static func signingKey(_ request: Bureau_V1_ApplyCompanyRequest) throws
    -> DesiredSigningKey?
  {
    guard request.hasSigningKey else { return nil }
    // The server makes none here: nobody would be shown its private part.
    guard let key = try? SealingKey(Array(request.signingKey.publicKey)) else {
      throw SigningKeyError.invalid
    }
    return DesiredSigningKey(publicKey: key, proof: Array(request.signingKey.proof))
  }

  private static func person(
    _ message: Bureau_V1_DesiredPerson, of bureau: ID<Bureau>, key: NationalIDKey,
    allowsSynthetic: Bool
  ) throws -> (person: DesiredPerson, digest: NationalIDDigest?) {
    var user: ID<User>?
    if !message.user.isEmpty {
      let (home, id) = try ResourceName.parseBureauChild(
        message.user, "users", as: User.self, field: "people.user")
      guard home == bureau else { throw OnboardingError.userUnknown(person: message.key) }
      user = id
    }
    let digest =
      message.nationalID.isEmpty
      ? nil : try key.digest(ofText: message.nationalID, allowsSynthetic: allowsSynthetic)
    let person = DesiredPerson(
      key: message.key, displayName: message.displayName, email: message.email,
      mobile: message.mobile, user: user, reference: digest.map { PersonReference($0) })
    return (person, digest)
  }
}

extension DesiredAgreement {
  init(_ message: Bureau_V1_DesiredAgreement) throws {
    guard let kind = Agreement.Kind(message.kind) else { throw AgreementError.kindInvalid }
    guard let form = AccountForm(message.account.form) else {
      throw AgreementError.accountInvalid("its form is missing.")
    }
    let account: AccountNumber
    do { account = .normalised(try AccountNumber(form: form, text: message.account.text)) } catch {
      throw AgreementError.accountInvalid(error.message)
    }
    guard let currency = try? Currency(message.currencyCode) else {
      throw AgreementError.currencyUnknown(String(message.currencyCode.prefix(10)))
    }
    self.init(
      kind: kind, bank: message.bank, account: account, currency: currency,
      signer: message.signer)
  }
}

extension Bureau_V1_KnownUser {
  init(_ user: User, of bureau: ID<Bureau>) {
    self.init()
    self.user = Bureau_V1_User(user, of: bureau)
    personReference = user.nationalIDDigest.map { PersonReference($0).text } ?? ""
  }
}

extension Bureau_V1_ApplyCompanyResponse {
  init(_ company: ID<Company>, _ counts: OnboardingCounts, of bureau: ID<Bureau>) {
    self.init()
    self.company = ResourceName.company(Place(bureau: bureau, company: company))
    done = .with {
      $0.companyCreated = counts.companyCreated
      $0.companyUpdated = counts.companyUpdated
      $0.usersCreated = Int32(clamping: counts.usersCreated)
      $0.usersUpdated = Int32(clamping: counts.usersUpdated)
      $0.rolesGiven = Int32(clamping: counts.rolesGiven)
      $0.rolesTaken = Int32(clamping: counts.rolesTaken)
      $0.agreementsCreated = Int32(clamping: counts.agreementsCreated)
      $0.agreementsSent = Int32(clamping: counts.agreementsSent)
      $0.policySet = counts.policySet
      $0.signingKeyCreated = counts.signingKeyCreated
      $0.consentsInvited = Int32(clamping: counts.consentsInvited)
      $0.remindersSet = counts.remindersSet
    }
  }
}
