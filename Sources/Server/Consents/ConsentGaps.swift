// The radar over the consents: which payments will find nobody who may sign them, and when.

package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension ConsentService {
  /// Unsigned payments of a company that are looked at, of each state.
  private static let paymentLimit = 2_000

  package func listConsentGaps(
    request: Bureau_V1_ListConsentGapsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListConsentGapsResponse {
    let place = try ResourceName.parseBureauOrCompany(request.parent, field: "parent")
    let page = try Page<Company>(size: request.pageSize, token: request.pageToken)
    let days = request.horizonDays == 0 ? 30 : Int(request.horizonDays)
    guard 1...366 ~= days else { throw ConsentError.horizonInvalid }
    let time = commands.sources.now()
    let caller = try context.caller, method = context.method
    let isWhole = !request.parent.contains("/companies/")
    // Of a whole bureau a page holds companies; each is read in its own scope.
    let companies: [ID<Company>]
    if isWhole {
      companies = try await commands.read(method, by: caller, at: place) { tx in
        try TenancyTables.companies(
          of: place.bureau, visibleTo: caller.user, among: caller.scope.companies,
          after: page.after, limit: page.limit, in: tx
        ).map(\.id)
      }
    } else {
      companies = [place.company]
    }
    let (items, next) = page.cut(companies, id: \.self)
    var gaps: [Bureau_V1_ConsentGap] = []
    for company in items {
      let here = Place(bureau: place.bureau, company: company)
      if isWhole {
        gaps += try await commands.database.read(as: here.scope) { tx in
          try Self.gaps(at: here, days: days, time, in: tx)
        }
      } else {
        gaps += try await commands.read(method, by: caller, at: here) { tx in
          // The table lets every member in, for the whole bureau's sake; here a role is needed.
          let roles = try TenancyTables.roles(of: caller.user, in: here.bureau, tx)
          guard roles.contains(where: { $0.company == nil || $0.company == here.company }) else {
            throw AccessError.denied
          }
          return try Self.gaps(at: here, days: days, time, in: tx)
        }
      }
    }
    let found = gaps
    return .with {
      $0.consentGaps = found
      $0.nextPageToken = next
    }
  }

  private static func gaps(
    at place: Place, days: Int, _ time: Instant, in tx: any Transaction
  ) throws -> [Bureau_V1_ConsentGap] {
    let horizon = time.adding(days: days).date(in: .centralEuropean)
    guard let company = try TenancyTables.company(place, in: tx) else { return [] }
    let radar = ConsentRadar(
      agreements: try AgreementTables.list(of: place, limit: 1_000, in: tx),
      approvers: try TenancyTables.approvers(in: place.company, of: place.bureau, in: tx),
      consents: try ConsentTables.counting(at: time, of: place, in: tx), at: time)
    let gaps = try ConsentRadar.unsigned.flatMap { state in
      try PaymentTables.list(of: place, state: state, after: nil, limit: paymentLimit, in: tx)
        .filter { $0.terms.dueDate.map { $0 <= horizon } ?? false }
        .compactMap { radar.gap(for: $0) }
    }
    return Dictionary(grouping: gaps) { Group($0) }.map { group, gaps in
      Bureau_V1_ConsentGap(group, gaps, of: company, at: place)
    }.sorted { ($0.firstDueDate, $0.bank) < ($1.firstDueDate, $1.bank) }
  }

  /// What gaps have in common that one act mends.
  fileprivate struct Group: Hashable {
    var cause: ConsentGap.Cause
    var bank: String
    var gapTime: Instant
    var users: [ID<User>]

    init(_ gap: ConsentGap) {
      cause = gap.cause
      bank = gap.bank
      gapTime = gap.gapTime
      users = gap.users
    }
  }
}

extension Bureau_V1_ConsentGap {
  /// Payments that are named; more are counted.
  private static let namedLimit = 50

  fileprivate init(
    _ group: ConsentService.Group, _ gaps: [ConsentGap], of company: Company, at place: Place
  ) {
    self.init()
    let sorted = gaps.sorted { ($0.dueDate.iso, $0.payment) < ($1.dueDate.iso, $1.payment) }
    self.company = ResourceName.company(place)
    companyDisplayName = company.displayName
    bank = group.bank
    cause =
      switch group.cause {
      case .noAgreement: .noAgreement
      case .agreementNotActive: .agreementNotActive
      case .noApprover: .noApprover
      case .noConsent: .noConsent
      case .consentEnds: .consentEnds
      }
    gapTime = group.gapTime.timestamp
    users = group.users.map { ResourceName.child("users", $0, of: place.bureau) }
    paymentCount = Int32(clamping: gaps.count)
    payments = sorted.prefix(Self.namedLimit).map {
      ResourceName.child("payments", $0.payment, of: place)
    }
    firstDueDate = sorted.first?.dueDate.iso ?? ""
  }
}
