import Policies
package import Primitives
import Sealing

/// One step from what is to what the file wants.
package enum OnboardingChange: Hashable, Sendable {
  case createCompany
  /// The names of the fields that differ.
  case updateCompany([String])
  /// A person of the file becomes a user.
  case createUser(person: String)
  case updateUser(person: String, ID<User>, [String])
  case assignRole(DesiredRole)
  case removeRole(RoleRemoval)
  /// Made, and sent to its signer.
  case createAgreement(AccountNumber, Agreement.Kind)
  /// Made earlier and never sent.
  case sendAgreement(ID<Agreement>, AccountNumber)
  /// The names of what differs.
  case setPolicy([String])
  /// By its fingerprint.
  case createSigningKey(String)
  /// A link goes to the person.
  case inviteConsent(DesiredConsent)
  /// The names of what differs.
  case setReminders([String])

  package struct RoleRemoval: Hashable, Sendable {
    package var assignment: ID<RoleAssignment>
    package var user: ID<User>
    package var role: Role

    package init(assignment: ID<RoleAssignment>, user: ID<User>, role: Role) {
      self.assignment = assignment
      self.user = user
      self.role = role
    }
  }
}

/// Who the people of a file are among the users.
package struct PeopleFound: Sendable {
  package enum Answer: Sendable, Equatable {
    case user(KnownUser)
    case nobody
    case obstacle(OnboardingError)
  }

  private let byID: [ID<User>: KnownUser]
  private let byReference: [PersonReference: KnownUser]
  private let byEmail: [String: [KnownUser]]

  package init(_ users: [KnownUser]) {
    byID = Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    byReference = Dictionary(
      users.compactMap { user in user.reference.map { ($0, user) } },
      uniquingKeysWith: { first, _ in first })
    byEmail = Dictionary(grouping: users.filter { !$0.email.isEmpty }) { $0.email.lowercased() }
  }

  /// By user id, then national id, then mail address; what they say must agree.
  package func find(_ person: DesiredPerson) -> Answer {
    if let id = person.user {
      guard let named = byID[id] else { return .obstacle(.userUnknown(person: person.key)) }
      if let reference = person.reference, named.reference != reference {
        return .obstacle(.personTwoIDs(person: person.key))
      }
      return .user(named)
    }
    let mailed = person.email.isEmpty ? [] : byEmail[person.email.lowercased()] ?? []
    guard let reference = person.reference else {
      if mailed.count > 1 { return .obstacle(.emailAmbiguous(person: person.key)) }
      return mailed.first.map { .user($0) } ?? .nobody
    }
    let known = byReference[reference]
    let isOthersMail = mailed.contains { $0.kind == .person && $0.reference != reference }
    if isOthersMail, !mailed.contains(where: { $0.reference == reference }) {
      return .obstacle(.personTwoIDs(person: person.key))
    }
    return known.map { .user($0) } ?? .nobody
  }
}

/// What one company needs.
package struct OnboardingSteps: Sendable, Equatable {
  package var changes: [OnboardingChange] = []
  package var obstacles: [OnboardingError] = []

  package init() {}

  /// - Parameters:
  ///   - known: nil where the bureau has no such company.
  ///   - people: those of the file that `wanted` speaks of, by key, each with who they are.
  package init(
    from known: KnownCompany?, to wanted: DesiredCompany,
    people: [String: (person: DesiredPerson, answer: PeopleFound.Answer)]
  ) {
    if let known {
      if known.company.state != .active { stop(.companyNotActive(known.company.state)) }
      let fields = Self.differing(known.company, wanted)
      if !fields.isEmpty { changes.append(.updateCompany(fields)) }
    } else {
      changes.append(.createCompany)
    }
    var users: [String: KnownUser] = [:]
    let withRole = Set(wanted.roles.map(\.person))
    for key in wanted.people {
      guard let (person, answer) = people[key] else { continue }
      switch answer {
      case .obstacle(let obstacle): stop(obstacle)
      case .user(let user):
        users[key] = user
        let fields = Self.differing(user, person)
        if !fields.isEmpty, withRole.contains(key) {
          changes.append(.updateUser(person: key, user.id, fields))
        }
      case .nobody:
        guard withRole.contains(key) else { continue }
        if person.reference == nil { stop(.nationalIDMissing(person: key)) }
        changes.append(.createUser(person: key))
      }
    }
    addRoles(known?.roles ?? [], wanted.roles, users)
    addAgreements(known?.agreements ?? [], wanted.agreements, people, users)
    if let policy = wanted.policy {
      let fields = policy.differing(from: known?.policy ?? .standard)
      if !fields.isEmpty { changes.append(.setPolicy(fields)) }
    }
    if let key = wanted.signingKey { add(key, known?.signingKeys ?? []) }
    if let reminders = wanted.reminders {
      let fields = reminders.differing(from: known?.reminders)
      if !fields.isEmpty { changes.append(.setReminders(fields)) }
    }
    addConsents(known, wanted, people, users)
  }

  /// Whoever shall consent is sent a link once an agreement is active (C-01); until then it waits, and
  /// a later application sends it.
  private mutating func addConsents(
    _ known: KnownCompany?, _ wanted: DesiredCompany,
    _ people: [String: (person: DesiredPerson, answer: PeopleFound.Answer)],
    _ users: [String: KnownUser]
  ) {
    let living = (known?.agreements ?? []).filter { !$0.state.isOver }
    for wish in wanted.consents {
      if case .obstacle? = people[wish.person]?.answer { continue }
      let isWanted = wanted.agreements.contains { $0.bank == wish.bank }
      if !isWanted, !living.contains(where: { $0.bank == wish.bank }) {
        stop(.consentBankUnconnected(person: wish.person, bank: wish.bank))
        continue
      }
      let addresses = [
        people[wish.person]?.person.mobile, people[wish.person]?.person.email,
        users[wish.person]?.email,
      ]
      if addresses.allSatisfy({ $0?.isEmpty ?? true }) {
        stop(.consentUnreachable(person: wish.person))
      }
      guard living.contains(where: { $0.bank == wish.bank && $0.state == .active }) else {
        continue
      }
      let isSettled =
        users[wish.person].map { known?.consents.isSettled(of: $0.id, at: wish.bank) ?? false }
        ?? false
      if !isSettled { changes.append(.inviteConsent(wish)) }
    }
  }

  /// One key a company (K-01): another in its place is made by rotating, where somebody says whether
  /// the old one stops at once (K-05).
  private mutating func add(_ wanted: DesiredSigningKey, _ known: [KnownSigningKey]) {
    let fingerprint = wanted.publicKey.fingerprint
    if let same = known.first(where: { $0.publicKey == wanted.publicKey }) {
      if same.state != .current { stop(.signingKeyOver(fingerprint, same.state)) }
      return
    }
    if let current = known.first(where: { $0.state == .current }) {
      return stop(.signingKeyDiffers(current.publicKey.fingerprint))
    }
    if wanted.proof.isEmpty { return stop(.signingKeyProofMissing(fingerprint)) }
    changes.append(.createSigningKey(fingerprint))
  }

  /// Once each: a person may stand in the way of several changes.
  private mutating func stop(_ obstacle: OnboardingError) {
    if !obstacles.contains(obstacle) { obstacles.append(obstacle) }
  }

  private static func differing(_ company: Company, _ wanted: DesiredCompany) -> [String] {
    var fields: [String] = []
    if company.displayName != wanted.displayName { fields.append("name") }
    if company.street != wanted.street { fields.append("address.street") }
    if company.postalCode != wanted.postalCode { fields.append("address.postal_code") }
    if company.town != wanted.town { fields.append("address.town") }
    return fields
  }

  private static func differing(_ user: KnownUser, _ wanted: DesiredPerson) -> [String] {
    var fields: [String] = []
    if user.displayName != wanted.displayName { fields.append("name") }
    // A file that says no address leaves the one that is there.
    if !wanted.email.isEmpty, user.email != wanted.email { fields.append("email") }
    return fields
  }

  private mutating func addRoles(
    _ known: [RoleAssignment], _ wanted: [DesiredRole], _ users: [String: KnownUser]
  ) {
    struct Held: Hashable {
      var user: ID<User>
      var role: Role
    }
    var kept: Set<Held> = []
    let held = Set(known.map { Held(user: $0.user, role: $0.role) })
    for role in wanted {
      let kind = users[role.person]?.kind ?? .person
      let fits =
        kind == .person
        ? role.role != .serviceUser : TenancyRules.ofPrograms.contains(role.role)
      if !fits {
        stop(.roleOfOtherKind(person: role.person, role.role))
        continue
      }
      guard let user = users[role.person] else {
        changes.append(.assignRole(role))
        continue
      }
      let wish = Held(user: user.id, role: role.role)
      kept.insert(wish)
      if !held.contains(wish) { changes.append(.assignRole(role)) }
    }
    for role in known.sorted(by: { $0.id < $1.id })
    where !kept.contains(Held(user: role.user, role: role.role)) {
      changes.append(
        .removeRole(.init(assignment: role.id, user: role.user, role: role.role)))
    }
  }

  private mutating func addAgreements(
    _ known: [KnownAgreement], _ wanted: [DesiredAgreement],
    _ people: [String: (person: DesiredPerson, answer: PeopleFound.Answer)],
    _ users: [String: KnownUser]
  ) {
    for agreement in wanted {
      // Of whom nobody knows who they are, nothing more is said.
      if case .obstacle? = people[agreement.signer]?.answer { continue }
      let signer = people[agreement.signer]?.person.reference ?? users[agreement.signer]?.reference
      // One living agreement for each account and kind.
      let found = known.first {
        !$0.state.isOver && $0.account == agreement.account && $0.kind == agreement.kind
      }
      guard let found else {
        if signer == nil { stop(.nationalIDMissing(person: agreement.signer)) }
        if let person = people[agreement.signer]?.person {
          let missing = [("email", person.email), ("mobile", person.mobile)].filter(\.1.isEmpty)
          if !missing.isEmpty {
            stop(.signerUnreachable(person: person.key, fields: missing.map(\.0)))
          }
        }
        changes.append(.createAgreement(agreement.account, agreement.kind))
        continue
      }
      var fields: [String] = []
      if found.bank != agreement.bank { fields.append("bank") }
      if found.currency != agreement.currency { fields.append("currency") }
      // Who has signed is history: only before that must it be the one whom the file names.
      let isUnsigned = found.state == .draft || found.state == .sentForSigning
      if isUnsigned, let signer, signer != found.signer { fields.append("signer") }
      if !fields.isEmpty {
        stop(.agreementDiffers(agreement.account, fields: fields))
      } else if found.state == .draft {
        changes.append(.sendAgreement(found.id, agreement.account))
      }
    }
  }
}
