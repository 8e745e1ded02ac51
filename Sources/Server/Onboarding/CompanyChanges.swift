// Who has changed what since a bureau file was applied: read from the two journals that a company's
// settings stand in, newest fact first.

package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Sealing
import Storage
import SwiftProtobuf

extension OnboardingService {
  package func listChanges(
    request: Bureau_V1_ListChangesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListChangesResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    return try await commands.read(
      context.method, by: context.caller, at: Place(bureau: place.bureau)
    ) { tx in
      guard try TenancyTables.company(place, in: tx) != nil, !place.isBureau else {
        throw TenancyError.companyNotFound
      }
      guard let applied = try OnboardingTables.applied(to: place, in: tx) else {
        return Bureau_V1_ListChangesResponse()
      }
      return try ChangesSince(applied, at: place, in: tx).answer(in: tx)
    }
  }
}

/// What came after one application of a file to one company.
private struct ChangesSince {
  /// Facts that are looked at in each journal.
  static let limit = 20_000
  static let told = 1_000
  private static let page = 500

  private let place: Place
  private let applied: AppliedFile
  private var found: [(fact: NewestFact, home: Place, change: Bureau_V1_CompanyChange)] = []
  private var isTruncated = false

  init(_ applied: AppliedFile, at place: Place, in tx: any Transaction) throws {
    self.place = place
    self.applied = applied
    let home = Place(bureau: place.bureau)
    // What the application itself did has its request id.
    let own = try Journal.newest(of: home, before: applied.sequence + 1, limit: 1, in: tx).first
    let request = own?.requestID ?? ""
    // Somebody who has no role here any more had one: whose it was the role's fact tells.
    var people = Set(try OnboardingTables.roles(in: place, tx).map(\.user))
    try walk(home, while: { $0.sequence > applied.sequence }, tx) { fact in
      if !request.isEmpty, fact.requestID == request { return nil }
      return Self.bureauChange(fact.fact, at: place, &people)
    }
    let agreements = try AgreementTables.list(of: place, limit: 1_000, in: tx)
    let keys = try SigningKeyTables.all(of: place, in: tx)
    try walk(place, while: { $0.bureauSequence >= applied.sequence }, tx) { fact in
      if !request.isEmpty, fact.requestID == request { return nil }
      return Self.companyChange(fact.fact, agreements, keys)
    }
  }

  private mutating func walk(
    _ journal: Place, while isAfter: (NewestFact) -> Bool, _ tx: any Transaction,
    _ change: (NewestFact) -> Bureau_V1_CompanyChange?
  ) throws {
    var before = Int64.max, count = 0
    while count < Self.limit {
      let page = try Journal.newest(of: journal, before: before, limit: Self.page, in: tx)
      for fact in page {
        guard isAfter(fact) else { return }
        if let change = change(fact) { found.append((fact, journal, change)) }
      }
      guard let last = page.last, page.count == Self.page else { return }
      before = last.sequence
      count += page.count
    }
    isTruncated = true
  }

  func answer(in tx: any Transaction) throws -> Bureau_V1_ListChangesResponse {
    let newest = found.sorted { $0.fact.time > $1.fact.time }.prefix(Self.told)
    var names: [ID<User>: String] = [:]
    return try .with {
      $0.applyTime = applied.time.timestamp
      $0.truncated = isTruncated || found.count > Self.told
      for (fact, home, change) in newest {
        var change = change
        change.createTime = fact.time.timestamp
        change.fact = "\(ResourceName.company(home))/facts/\(fact.sequence)"
        if let actor = fact.actor {
          change.actor = ResourceName.child("users", actor, of: place.bureau)
          if names[actor] == nil {
            names[actor] = try TenancyTables.user(actor, of: place.bureau, in: tx)?.displayName
          }
          change.actorDisplayName = names[actor] ?? ""
        }
        $0.changes.append(change)
      }
    }
  }

  private static func bureauChange(
    _ fact: Fact?, at place: Place, _ people: inout Set<ID<User>>
  ) -> Bureau_V1_CompanyChange? {
    func user(_ id: ID<User>) -> String { ResourceName.child("users", id, of: place.bureau) }
    switch fact {
    case .companyUpdated(let fact) where fact.company == place.company:
      return .with { $0.kind = .companyUpdated }
    case .companyActivated(let fact) where fact.company == place.company:
      return .with { $0.kind = .companyState }
    case .roleAssigned(let fact) where fact.assignment.company == place.company:
      return .with {
        $0.kind = .roleGiven
        $0.user = user(fact.assignment.user)
        $0.role = fact.assignment.role.message
      }
    case .roleRemoved(let fact) where fact.assignment.company == place.company:
      people.insert(fact.assignment.user)
      return .with {
        $0.kind = .roleTaken
        $0.user = user(fact.assignment.user)
        $0.role = fact.assignment.role.message
      }
    case .userUpdated(let fact) where people.contains(fact.user):
      return .with {
        $0.kind = .userUpdated
        $0.user = user(fact.user)
      }
    default: return nil
    }
  }

  private static func companyChange(
    _ fact: Fact?, _ agreements: [Agreement], _ keys: [SigningKey]
  ) -> Bureau_V1_CompanyChange? {
    func agreement(_ id: ID<Agreement>, _ kind: Bureau_V1_CompanyChange.Kind)
      -> Bureau_V1_CompanyChange
    {
      .with {
        $0.kind = kind
        if let found = agreements.first(where: { $0.id == id }) {
          $0.account = Bureau_V1_AccountNumber(found.account)
        }
      }
    }
    switch fact {
    case .companyClosed: return .with { $0.kind = .companyState }
    case .agreementDrafted(let fact): return agreement(fact.agreement.id, .agreementCreated)
    case .agreementChanged(let fact): return agreement(fact.agreement, .agreementChanged)
    case .agreementDeclined(let fact): return agreement(fact.agreement, .agreementChanged)
    case .agreementRejected(let fact): return agreement(fact.agreement, .agreementChanged)
    case .agreementTerminated(let fact): return agreement(fact.agreement, .agreementChanged)
    case .companyPolicySet: return .with { $0.kind = .policySet }
    case .reminderSettingsSet: return .with { $0.kind = .remindersSet }
    case .signingKeyCreated(let fact):
      return .with {
        $0.kind = .signingKeyCreated
        $0.fingerprint = fact.key.publicKey.fingerprint
      }
    case .signingKeyRevoked(let fact):
      return .with {
        $0.kind = .signingKeyRevoked
        $0.fingerprint = keys.first { $0.id == fact.key }?.publicKey.fingerprint ?? ""
      }
    default: return nil
    }
  }
}
