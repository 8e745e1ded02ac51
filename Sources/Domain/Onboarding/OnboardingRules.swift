// From the steps of a plan to facts, in two journals: users, roles and the company itself are the
// bureau's, agreements the company's own. Each step passes the same rules as a call of its own.

package import Primitives
import Sealing

/// A bureau file was applied to a company; what it did is told by the facts after it.
package struct CompanyOnboarded: Sendable, Equatable {
  package var company: ID<Company>
  /// Of what the file says, without national ids.
  package var contentDigest: String
  package var done: OnboardingCounts

  package init(company: ID<Company>, contentDigest: String, done: OnboardingCounts) {
    self.company = company
    self.contentDigest = contentDigest
    self.done = done
  }
}

package struct OnboardingCounts: Sendable, Equatable {
  package var companyCreated = false
  package var companyUpdated = false
  package var usersCreated = 0
  package var usersUpdated = 0
  package var rolesGiven = 0
  package var rolesTaken = 0
  package var agreementsCreated = 0
  package var agreementsSent = 0
  package var policySet = false
  package var signingKeyCreated = false
  package var consentsInvited = 0
  package var remindersSet = false

  package init() {}
}

/// What is decided for one company.
package struct OnboardingDecision: Sendable {
  package var company: ID<Company>
  /// For the bureau's own journal.
  package var bureauFacts: [Fact] = []
  /// For the company's.
  package var companyFacts: [Fact] = []
  /// Agreements that go out now, with the secret of each link.
  package var sent: [(agreement: Agreement, secret: String)] = []
  /// Links to consents that go out now.
  package var invited: [OnboardingInvitation] = []
  package var done = OnboardingCounts()

  init(company: ID<Company>) { self.company = company }
}

/// A link to a consent on its way, with its secret.
package struct OnboardingInvitation: Sendable {
  package var id: ID<ConsentInvitation>
  package var mobile, email: String
  package var secret: String
}

/// What a decision takes from outside.
package struct OnboardingSources {
  package var time: Instant
  package var uuid: () -> ID<Company>
  package var secret: () -> String
  package var hash: (String) -> [UInt8]

  package init(
    time: Instant, uuid: @escaping () -> ID<Company>, secret: @escaping () -> String,
    hash: @escaping (String) -> [UInt8]
  ) {
    self.time = time
    self.uuid = uuid
    self.secret = secret
    self.hash = hash
  }

  func id<Of>(_: Of.Type) -> ID<Of> { ID(uuid().uuid) }
}

/// A person that is wanted, with who they are.
package struct OnboardingPerson: Sendable {
  package var wanted: DesiredPerson
  /// Of the national id, where it was given.
  package var digest: NationalIDDigest?
  package var user: User?

  package init(wanted: DesiredPerson, digest: NationalIDDigest?, user: User?) {
    self.wanted = wanted
    self.digest = digest
    self.user = user
  }

  var answer: PeopleFound.Answer { user.map { .user(KnownUser($0)) } ?? .nobody }

  /// Refuses what speaks of two people.
  package func checked() throws(OnboardingError) -> Self {
    if let user, let digest, user.nationalIDDigest != digest {
      throw .personTwoIDs(person: wanted.key)
    }
    return self
  }
}

/// A company as it is when a file is applied to it; empty for a new one.
package struct OnboardedCompany: Sendable {
  package var company: Company?
  package var roles: [RoleAssignment]
  package var agreements: [Agreement]
  package var policy: PolicyInForce
  package var signingKeys: [SigningKey]
  package var consents: [Consent]
  package var invitations: [ConsentInvitation]
  package var reminders: RemindersInForce
  package var packages: PackagesInUse

  package init(
    company: Company? = nil, roles: [RoleAssignment] = [], agreements: [Agreement] = [],
    policy: PolicyInForce = .standard, signingKeys: [SigningKey] = [], consents: [Consent] = [],
    invitations: [ConsentInvitation] = [], reminders: RemindersInForce = .none,
    packages: PackagesInUse = PackagesInUse()
  ) {
    self.company = company
    self.roles = roles
    self.agreements = agreements
    self.policy = policy
    self.signingKeys = signingKeys
    self.consents = consents
    self.invitations = invitations
    self.reminders = reminders
    self.packages = packages
  }

  func known(at time: Instant) -> KnownCompany? {
    company.map {
      KnownCompany(
        company: $0, roles: roles, agreements: agreements.map { KnownAgreement($0) },
        policy: policy.revision > 0 ? policy.policy : nil,
        signingKeys: signingKeys.map {
          KnownSigningKey(publicKey: $0.publicKey, state: $0.state(at: time))
        },
        consents: consents.map {
          KnownConsent(
            user: $0.user, bank: $0.bank, state: .consent($0.state(at: time)),
            createTime: $0.createTime)
        }
          + invitations.map {
            KnownConsent(
              user: $0.user, bank: $0.bank, state: .link($0.state(at: time)),
              createTime: $0.createTime)
          }, reminders: reminders.settings)
    }
  }
}

package enum OnboardingRules {
  /// `bureau`: its organisation number, which a signing key's proof names.
  package static func applying(
    _ wanted: DesiredCompany, to now: OnboardedCompany, of bureau: OrganisationNumber,
    people: [String: OnboardingPerson], digest: String, _ sources: OnboardingSources
  ) throws -> OnboardingDecision {
    for key in wanted.people where people[key] == nil {
      throw OnboardingError.personNotListed(person: key)
    }
    let steps = OnboardingSteps(
      from: now.known(at: sources.time), to: wanted,
      people: people.mapValues { ($0.wanted, $0.answer) })
    if let obstacle = steps.obstacles.first { throw obstacle }
    var decision = OnboardingDecision(company: now.company?.id ?? sources.id(Company.self))
    var application = Application(
      wanted: wanted, now: now, bureau: bureau, company: now.company, people: people,
      sources: sources)
    for change in steps.changes { try application.apply(change, to: &decision) }
    // What it does to agreements needs what the calls of their own need (O-01).
    if decision.done.agreementsCreated > 0 { try now.packages.require([.agreements]) }
    if decision.done.agreementsSent > 0 { try now.packages.require([.agreements, .links]) }
    if decision.done.consentsInvited > 0 { try now.packages.require([.consents, .links]) }
    if !steps.changes.isEmpty {
      decision.bureauFacts.insert(
        .companyOnboarded(
          CompanyOnboarded(
            company: decision.company, contentDigest: digest, done: decision.done)), at: 0)
    }
    return decision
  }

  private struct Application {
    let wanted: DesiredCompany
    let now: OnboardedCompany
    let bureau: OrganisationNumber
    var company: Company?
    var people: [String: OnboardingPerson]
    let sources: OnboardingSources

    mutating func apply(_ change: OnboardingChange, to decision: inout OnboardingDecision) throws {
      switch change {
      case .createCompany:
        let new = try draft.validated(as: decision.company, at: sources.time)
        company = new
        decision.bureauFacts.append(.companyCreated(CompanyCreated(company: new)))
        decision.bureauFacts += PackagesChosen.beginning(new.id, bureau: now.packages.bureau)
        decision.done.companyCreated = true
      case .updateCompany:
        guard let company else { return }
        decision.bureauFacts += try company.changing(
          CompanyChange(
            displayName: wanted.displayName, street: wanted.street,
            postalCode: wanted.postalCode, town: wanted.town))
        decision.done.companyUpdated = true
      case .createUser(let key): try createUser(key, &decision)
      case .updateUser(let key, _, _):
        guard let person = people[key], let user = person.user else { return }
        let email = person.wanted.email
        decision.bureauFacts += try user.changing(
          UserChange(
            displayName: person.wanted.displayName, email: email.isEmpty ? nil : email))
        decision.done.usersUpdated += 1
      case .assignRole(let role): try assign(role, &decision)
      case .removeRole(let removal):
        decision.bureauFacts.append(
          .roleRemoved(
            RoleRemoved(
              assignment: RoleAssignment(
                id: removal.assignment, user: removal.user, company: decision.company,
                role: removal.role))))
        decision.done.rolesTaken += 1
      case .createAgreement(let account, let kind): try createAgreement(account, kind, &decision)
      case .sendAgreement(let id, _):
        guard let agreement = now.agreements.first(where: { $0.id == id }) else { return }
        try send(agreement, &decision)
      case .setPolicy:
        guard let policy = wanted.policy else { return }
        decision.companyFacts += try now.policy.replacing(with: policy, etag: "")
        decision.done.policySet = true
      case .createSigningKey: try createSigningKey(&decision)
      case .inviteConsent(let wish): try invite(wish, &decision)
      case .setReminders:
        guard let reminders = wanted.reminders else { return }
        decision.companyFacts += try now.reminders.replacing(with: reminders, etag: "")
        decision.done.remindersSet = true
      }
    }

    private var draft: CompanyDraft {
      CompanyDraft(
        displayName: wanted.displayName, organisationNumber: wanted.organisationNumber.digits,
        countryCode: wanted.organisationNumber.country.code, street: wanted.street,
        postalCode: wanted.postalCode, town: wanted.town)
    }

    private mutating func createUser(_ key: String, _ decision: inout OnboardingDecision) throws {
      guard let person = people[key] else { return }
      let user = try UserDraft(
        kind: .person, displayName: person.wanted.displayName, email: person.wanted.email,
        nationalIDDigest: person.digest
      ).validated(as: sources.id(User.self), taken: false, at: sources.time)
      people[key]?.user = user
      decision.bureauFacts.append(.userCreated(UserCreated(user: user)))
      decision.done.usersCreated += 1
    }

    private func assign(_ role: DesiredRole, _ decision: inout OnboardingDecision) throws {
      guard let user = people[role.person]?.user else { throw TenancyError.userNotFound }
      let new = RoleAssignment(
        id: sources.id(RoleAssignment.self), user: user.id, company: decision.company,
        role: role.role)
      decision.bureauFacts += try TenancyRules.assigning(new, to: user, held: [])
      decision.done.rolesGiven += 1
    }

    private func createAgreement(
      _ account: AccountNumber, _ kind: Agreement.Kind, _ decision: inout OnboardingDecision
    ) throws {
      guard
        let wish = wanted.agreements.first(where: { $0.account == account && $0.kind == kind }),
        let signer = people[wish.signer], let company
      else { return }
      let draft = AgreementDraft(
        kind: wish.kind, bank: wish.bank, accountForm: account.form, accountText: account.text,
        currency: wish.currency.code, signerName: signer.wanted.displayName,
        signerMobile: signer.wanted.mobile, signerEmail: signer.wanted.email,
        signerDigest: signer.digest ?? signer.user?.nationalIDDigest)
      let id = sources.id(Agreement.self)
      // Whose the account is, the bank is asked before the agreement becomes active.
      let facts = try draft.drafting(
        as: id, of: company, taken: { _, _ in false }, at: sources.time)
      decision.companyFacts += facts
      decision.done.agreementsCreated += 1
      for case .agreementDrafted(let drafted) in facts { try send(drafted.agreement, &decision) }
    }

    private func createSigningKey(_ decision: inout OnboardingDecision) throws {
      guard let key = wanted.signingKey else { return }
      let number = wanted.organisationNumber
      decision.companyFacts += try SigningKeyRules.creating(
        sources.id(SigningKey.self),
        NewSigningKey(maker: .client, publicKey: key.publicKey.bytes, proof: key.proof),
        besides: now.signingKeys, at: sources.time
      ) { $0.proofBytes(bureau: bureau, company: number) }
      decision.done.signingKeyCreated = true
    }

    private func invite(_ wish: DesiredConsent, _ decision: inout OnboardingDecision) throws {
      guard let person = people[wish.person], let user = person.user, user.kind == .person else {
        throw TenancyError.userNotFound
      }
      let contact = try ConsentRules.contact(
        mobile: person.wanted.mobile, email: person.wanted.email, user: user)
      // Of the roles those count that the file gives in this very company (C-03).
      let roles = wanted.roles.filter { $0.person == wish.person }.map {
        RoleAssignment(
          id: ID(user.id.uuid), user: user.id, company: decision.company, role: $0.role)
      }
      let id = sources.id(ConsentInvitation.self), secret = sources.secret()
      decision.companyFacts += try ConsentRules.inviting(
        id, user: user, roles: roles, bank: wish.bank, agreements: now.agreements,
        company: decision.company, linkHash: sources.hash(secret), at: sources.time)
      decision.invited.append(
        OnboardingInvitation(
          id: id, mobile: contact.mobile, email: contact.email, secret: secret))
      decision.done.consentsInvited += 1
    }

    private func send(_ agreement: Agreement, _ decision: inout OnboardingDecision) throws {
      let secret = sources.secret()
      decision.companyFacts += try agreement.sending(
        linkHash: sources.hash(secret), at: sources.time)
      decision.sent.append((agreement, secret))
      decision.done.agreementsSent += 1
    }
  }
}
