// A bureau as the server tells it, and the plan that a file makes of it.

internal import BureauAPI
internal import Domain
internal import Onboarding
internal import Policies
internal import Primitives
internal import Sealing
internal import SwiftProtobuf
internal import Synchronization

/// All that one read of the state brought.
struct ReadState {
  var message = Bureau_V1_BureauState()

  /// What a plan compares with.
  func state() throws(CLIError) -> BureauState {
    guard
      let number = OrganisationNumber(
        message.bureau.organisationNumber, in: message.bureau.countryCode)
    else { throw Self.unreadable("the bureau") }
    var users: [KnownUser] = []
    for user in message.users {
      guard let id = ID<User>(hex: Show.id(user.user.name)) else {
        throw Self.unreadable("a user")
      }
      users.append(
        KnownUser(
          id: id, kind: user.user.kind == .service ? .service : .person,
          displayName: user.user.displayName, email: user.user.email,
          reference: user.personReference.isEmpty
            ? nil : PersonReference(text: user.personReference)))
    }
    var clients: [BureauState.Client] = []
    for company in message.companies {
      clients.append(
        BureauState.Client(
          known: try Self.known(company), appliedDigest: company.contentDigest,
          appliedSequence: company.applySequence))
    }
    return BureauState(bureau: number, users: users, clients: clients)
  }

  private static func known(_ state: Bureau_V1_CompanyState) throws(CLIError) -> KnownCompany {
    let message = state.company
    guard let id = ID<Company>(hex: Show.id(message.name)),
      let number = OrganisationNumber(message.organisationNumber, in: message.countryCode)
    else { throw unreadable("a company") }
    let company = Company(
      id: id, displayName: message.displayName, organisationNumber: number,
      street: message.address.street, postalCode: message.address.postalCode,
      town: message.address.town, createTime: Instant(microseconds: 0),
      state: CompanyState.allCases.first {
        $0.rawValue.upperSnake == Show.state(message.state)
      } ?? .active)
    var roles: [RoleAssignment] = []
    for role in state.roleAssignments {
      guard let assignment = ID<RoleAssignment>(hex: Show.id(role.name)),
        let user = ID<User>(hex: Show.id(role.user)),
        let kind = Role(fileName: Show.state(role.role).lowercased())
      else { throw unreadable("a role") }
      roles.append(RoleAssignment(id: assignment, user: user, company: id, role: kind))
    }
    var agreements: [KnownAgreement] = []
    for agreement in state.agreements { agreements.append(try known(agreement)) }
    return KnownCompany(
      company: company, roles: roles, agreements: agreements, policy: try policy(of: state),
      signingKeys: try state.signingKeys.map { key throws(CLIError) in try known(key) },
      consents: try consents(of: state),
      reminders: state.hasReminderSettings ? try ReminderSettings(state.reminderSettings) : nil)
  }

  private static func consents(of state: Bureau_V1_CompanyState) throws(CLIError) -> [KnownConsent]
  {
    var found: [KnownConsent] = []
    for consent in state.consents {
      guard let user = ID<User>(hex: Show.id(consent.user)),
        let kept = Consent.State.allCases.first(where: {
          $0.rawValue.upperSnake == Show.state(consent.state)
        })
      else { throw unreadable("a consent") }
      found.append(
        KnownConsent(
          user: user, bank: consent.bank, state: .consent(kept),
          createTime: Instant(consent.createTime)))
    }
    for link in state.consentInvitations {
      guard let user = ID<User>(hex: Show.id(link.user)),
        let kept = ConsentInvitation.State.allCases.first(where: {
          $0.rawValue.upperSnake == Show.state(link.state)
        })
      else { throw unreadable("a link to a consent") }
      found.append(
        KnownConsent(
          user: user, bank: link.bank, state: .link(kept),
          createTime: Instant(link.createTime)))
    }
    return found
  }

  private static func policy(of state: Bureau_V1_CompanyState) throws(CLIError) -> CompanyPolicy? {
    guard state.hasPolicy else { return nil }
    guard let policy = try? CompanyPolicy(state.policy) else { throw unreadable("a policy") }
    return policy
  }

  private static func known(_ key: Bureau_V1_SigningKey) throws(CLIError) -> KnownSigningKey {
    let states: [Bureau_V1_SigningKey.State: SigningKey.State] = [
      .current: .current, .overlapping: .overlapping, .superseded: .superseded, .revoked: .revoked,
    ]
    guard let state = states[key.state], let publicKey = try? SealingKey(Array(key.publicKey))
    else { throw unreadable("a signing key") }
    return KnownSigningKey(publicKey: publicKey, state: state)
  }

  private static func known(_ message: Bureau_V1_KnownAgreement) throws(CLIError) -> KnownAgreement
  {
    let agreement = message.agreement
    guard let id = ID<Agreement>(hex: Show.id(agreement.name)),
      let state = AgreementState.allCases.first(where: {
        $0.rawValue.upperSnake == Show.state(agreement.state)
      }),
      let kind = Agreement.Kind.allCases.first(where: {
        $0.rawValue.upperSnake == Show.state(agreement.kind)
      }),
      let form = AccountForm(rawValue: Show.state(agreement.account.form)),
      let account = try? AccountNumber(stored: form, text: agreement.account.text),
      let currency = try? Currency(agreement.currencyCode)
    else { throw unreadable("an agreement") }
    return KnownAgreement(
      id: id, state: state, kind: kind, bank: agreement.bank, account: account,
      currency: currency, signer: PersonReference(text: message.signerReference))
  }

  /// Each agreement's signer, for a file.
  func signers() -> [ID<Agreement>: DesiredPerson] {
    var signers: [ID<Agreement>: DesiredPerson] = [:]
    for agreement in message.companies.flatMap(\.agreements).map(\.agreement) {
      guard let id = ID<Agreement>(hex: Show.id(agreement.name)) else { continue }
      let signer = agreement.signer
      signers[id] = DesiredPerson(
        key: "", displayName: signer.displayName, email: signer.email, mobile: signer.mobile,
        user: nil, reference: nil)
    }
    return signers
  }

  static func unreadable(_ what: String) -> CLIError {
    CLIError(
      .internalError, "STATE_UNREADABLE",
      "the server told \(what) in a way that this program does not understand: update it")
  }
}

extension Instant {
  /// Only to tell what came first.
  fileprivate init(_ time: Google_Protobuf_Timestamp) {
    self.init(microseconds: time.seconds * 1_000_000 + Int64(time.nanos / 1_000))
  }
}

extension OrganisationNumber {
  fileprivate init?(_ text: String, in country: String) {
    guard let code = try? CountryCode(country),
      let number = try? OrganisationNumber(text, country: code)
    else { return nil }
    self = number
  }
}

extension Client {
  /// The whole bureau at one moment.
  func bureauState() async throws -> ReadState {
    let parts = Mutex(Bureau_V1_BureauState())
    let parent = try bureau()
    try await pieces(Onboardings.ReadBureauState.self, .with { $0.parent = parent }) { part in
      parts.withLock { whole in
        if part.hasBureau {
          whole.bureau = part.bureau
          whole.readTime = part.readTime
        }
        whole.users += part.users
        whole.companies += part.companies
      }
    }
    return ReadState(message: parts.withLock { $0 })
  }

  /// What of the people's national ids the server knows them by.
  func references(of numbers: [String: String]) async throws -> [String: PersonReference] {
    let people = numbers.sorted { $0.key < $1.key }
    let parent = try bureau()
    var references: [String: PersonReference] = [:]
    for start in stride(from: 0, to: people.count, by: 2_000) {
      let page = people[start..<min(start + 2_000, people.count)]
      let answer = try await read(Onboardings.ResolvePeople.self) {
        $0.parent = parent
        $0.nationalIds = page.map(\.value)
      }
      guard answer.personReferences.count == page.count else {
        throw CLIError(
          .internalError, "STATE_UNREADABLE", "the server answered for other people than asked")
      }
      for (person, reference) in zip(page, answer.personReferences) {
        references[person.key] = PersonReference(text: reference)
      }
    }
    return references
  }

  /// What the file and the bureau differ in.
  func plan(_ given: GivenFile) async throws -> BureauPlan {
    let references = try await references(of: given.nationalIDs)
    let state = try await bureauState().state()
    return BureauPlan(given.file, on: state, references: references)
  }
}
