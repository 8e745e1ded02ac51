package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct OnboardingService: Bureau_V1_OnboardingService.SimpleServiceProtocol {
  let commands: Commands
  let key: NationalIDKey
  let allowsSynthetic: Bool

  // MARK: Reading

  package func readBureauState(
    request: Bureau_V1_ReadBureauStateRequest, response: RPCWriter<Bureau_V1_BureauState>,
    context: ServerContext
  ) async throws {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let page = try Page<Company>(size: request.pageSize == 0 ? 100 : request.pageSize, token: "")
    let time = commands.sources.now()
    // All of it in one read: a plan must not mix two moments. It is written out after, page by page.
    let pages = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { try Self.pages(of: bureau, at: time, size: page.size, in: $0) }
    for page in pages { try await response.write(page) }
  }

  private static func pages(
    of bureau: ID<Bureau>, at time: Instant, size: Int, in tx: any Transaction
  ) throws -> [Bureau_V1_BureauState] {
    guard let found = try TenancyTables.bureau(bureau, in: tx) else { throw AccessError.denied }
    var pages = [
      Bureau_V1_BureauState.with {
        $0.bureau = Bureau_V1_Bureau(found)
        $0.readTime = time.timestamp
      }
    ]
    var lastUser: ID<User>?
    repeat {
      let users = try TenancyTables.users(of: bureau, after: lastUser, limit: 1_000, in: tx)
      pages[0].users += users.map { Bureau_V1_KnownUser($0, of: bureau) }
      lastUser = users.count == 1_000 ? users.last?.id : nil
    } while lastUser != nil
    var last: ID<Company>?
    repeat {
      let companies = try TenancyTables.companies(of: bureau, after: last, limit: size, in: tx)
      if !companies.isEmpty {
        let states = try companies.map { try state(of: $0, of: bureau, at: time, in: tx) }
        pages.append(.with { $0.companies = states })
      }
      last = companies.count == size ? companies.last?.id : nil
    } while last != nil
    return pages
  }

  private static func state(
    of company: Company, of bureau: ID<Bureau>, at time: Instant, in tx: any Transaction
  ) throws -> Bureau_V1_CompanyState {
    let place = Place(bureau: bureau, company: company.id)
    var state = Bureau_V1_CompanyState()
    state.company = Bureau_V1_Company(company, of: bureau)
    state.roleAssignments = try OnboardingTables.roles(in: place, tx)
      .map { Bureau_V1_RoleAssignment($0, of: bureau) }
    state.agreements = try AgreementTables.list(of: place, limit: 1_000, in: tx)
      .map { agreement in
        .with {
          $0.agreement = Bureau_V1_Agreement(agreement, at: place)
          $0.signerReference = PersonReference(agreement.signer.nationalIDDigest).text
        }
      }
    state.consents = try ConsentTables.list(of: place, limit: 1_000, in: tx)
      .map { Bureau_V1_Consent($0, at: place, time) }
    let policy = try PolicyTables.inForce(at: place, in: tx)
    if policy.revision > 0 { state.policy = Bureau_V1_Policy(policy, at: place) }
    state.signingKeys = try SigningKeyTables.all(of: place, in: tx)
      .map { Bureau_V1_SigningKey($0, at: place, time) }
    state.consentInvitations = try InvitationTables.list(of: place, limit: 1_000, in: tx)
      .map { Bureau_V1_ConsentInvitation($0, at: place, time) }
    let reminders = try ReminderTables.inForce(at: place, in: tx)
    if reminders.revision > 0 {
      state.reminderSettings = Bureau_V1_ReminderSettings(reminders, at: place)
    }
    if let applied = try OnboardingTables.applied(to: place, in: tx) {
      state.contentDigest = applied.contentDigest
      state.applyTime = applied.time.timestamp
      state.applySequence = applied.sequence
    }
    return state
  }

  package func resolvePeople(
    request: Bureau_V1_ResolvePeopleRequest, context: ServerContext
  ) async throws -> Bureau_V1_ResolvePeopleResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    // Access before anything else: the answer must not depend on who asks.
    try await commands.read(context.method, by: context.caller, at: Place(bureau: bureau)) { _ in }
    guard request.nationalIds.count <= OnboardingLimit.resolved else {
      throw OnboardingError.tooMany("national_ids", limit: OnboardingLimit.resolved)
    }
    let references = try request.nationalIds.map {
      PersonReference(try key.digest(ofText: $0, allowsSynthetic: allowsSynthetic)).text
    }
    return .with { $0.personReferences = references }
  }

  // MARK: Applying

  package func applyCompany(
    request: Bureau_V1_ApplyCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_ApplyCompanyResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request.concealed(key, allowsSynthetic: allowsSynthetic),
      requestID: request.requestID, isDryRun: request.validateOnly)
    // What is wrong with it is told to those only who may apply it.
    let wish = Result {
      try CompanyWish(request, of: bureau, key: key, allowsSynthetic: allowsSynthetic)
    }
    let sources = commands.sources
    return try await commands.runInTwo(call, of: bureau) { context in
      let decision = try Self.decide(wish.get(), of: bureau, sources, context)
      return (
        decision,
        .init(
          bureauFacts: decision.bureauFacts, company: decision.company,
          companyFacts: decision.companyFacts)
      )
    } apply: { [secrets = commands.secrets] decision, context in
      for (agreement, secret) in decision.sent {
        try MessageTables.insert(
          .agreement(agreement, secret: secret, at: context.place, as: sources.id()),
          sealedBy: secrets, of: context.place, at: context.time, in: context.transaction)
      }
      for link in decision.invited {
        try MessageTables.insert(
          .invitation(
            link.id, to: (link.mobile, link.email),
            subject: "Your personal consent is asked for", secret: link.secret, at: context.place,
            as: sources.id()),
          sealedBy: secrets, of: context.place, at: context.time, in: context.transaction)
      }
    } answer: { outcome, context in
      switch outcome {
      case .decided(let decision):
        return .init(decision.company, decision.done, of: bureau)
      case .earlier(let earlier):
        let fact = try OnboardingTables.done(
          at: earlier.sequence, of: bureau, in: context.transaction)
        guard let fact else { throw RequestError.reused }
        return .init(fact.company, fact.done, of: bureau)
      }
    }
  }

  private static func decide(
    _ wish: CompanyWish, of bureau: ID<Bureau>, _ sources: Sources, _ context: Commands.Context
  ) throws -> OnboardingDecision {
    let tx = context.transaction
    let company = try OnboardingTables.company(
      numbered: wish.company.organisationNumber, of: bureau, in: tx)
    let place = company.map { Place(bureau: bureau, company: $0.id) }
    var people: [String: OnboardingPerson] = [:]
    for (person, digest) in wish.people {
      var user: User?
      if let id = person.user {
        user = try TenancyTables.user(id, of: bureau, in: tx)
        if user == nil { throw OnboardingError.userUnknown(person: person.key) }
      } else if let digest {
        user = try TenancyTables.user(with: digest, of: bureau, in: tx)
      }
      people[person.key] = try OnboardingPerson(wanted: person, digest: digest, user: user)
        .checked()
    }
    guard let home = try TenancyTables.bureau(bureau, in: tx) else { throw AccessError.denied }
    return try OnboardingRules.applying(
      wish.company, to: try now(company, at: place, of: bureau, in: tx),
      of: home.organisationNumber,
      people: people, digest: wish.contentDigest,
      OnboardingSources(
        time: context.time, uuid: { sources.id() }, secret: { sources.secret() },
        hash: { Access.hash($0) }))
  }

  private static func now(
    _ company: Company?, at place: Place?, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> OnboardedCompany {
    let packages = try LicenceTables.packages(at: place ?? Place(bureau: bureau), in: tx)
    guard let company, let place else { return OnboardedCompany(packages: packages) }
    return OnboardedCompany(
      company: company, roles: try OnboardingTables.roles(in: place, tx),
      agreements: try AgreementTables.list(of: place, limit: 1_000, in: tx),
      policy: try PolicyTables.inForce(at: place, in: tx),
      signingKeys: try SigningKeyTables.all(of: place, in: tx),
      consents: try ConsentTables.list(of: place, limit: 1_000, in: tx),
      invitations: try InvitationTables.list(of: place, limit: 1_000, in: tx),
      reminders: try ReminderTables.inForce(at: place, in: tx), packages: packages)
  }
}
