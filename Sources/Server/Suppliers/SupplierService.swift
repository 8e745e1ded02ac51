package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct SupplierService: Bureau_V1_SupplierService.SimpleServiceProtocol {
  let commands: Commands

  // MARK: Looking

  package func getSupplier(
    request: Bureau_V1_GetSupplierRequest, context: ServerContext
  ) async throws -> Bureau_V1_Supplier {
    let (place, id) = try ResourceName.parse(request.name, "suppliers", as: Supplier.self)
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      Bureau_V1_Supplier(try Self.load(id, at: place, in: tx), of: place)
    }
  }

  package func listSuppliers(
    request: Bureau_V1_ListSuppliersRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListSuppliersResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Supplier>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let state = SupplierAccount.State(request.accountState)
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      try SupplierTables.list(
        of: place, accounts: state, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.suppliers = items.map { Bureau_V1_Supplier($0, of: place) }
      $0.nextPageToken = next
    }
  }

  package func listSupplierEvents(
    request: Bureau_V1_ListSupplierEventsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListSupplierEventsResponse {
    let (place, id) = try ResourceName.parse(
      request.parent, "suppliers", as: Supplier.self, field: "parent")
    guard let after = request.pageToken.isEmpty ? 0 : Int64(request.pageToken), after >= 0 else {
      throw NameError.pageTokenInvalid
    }
    let page = try Page<Never>(size: request.pageSize, token: "")
    let moment = try request.moment(now: commands.sources.now())
    // The journal is its own past: what came later is left out, nothing is replayed.
    return try await commands.read(context.method, by: context.caller, at: place) { tx in
      let supplier = try Self.load(id, at: place, in: tx)
      let entries = try SupplierTables.entries(
        about: id, of: place, after: after, limit: page.limit, in: tx
      ).filter { entry in moment.map { entry.time <= $0 } ?? true }
      var answer = Bureau_V1_ListSupplierEventsResponse()
      answer.events = try entries.prefix(page.size).map {
        try Self.event($0, of: supplier, at: place, in: tx)
      }
      if entries.count > page.size {
        answer.nextPageToken = String(answer.events.last?.sequence ?? 0)
      }
      return answer
    }
  }

  private static func event(
    _ entry: PaymentEntry, of supplier: Supplier, at place: Place, in tx: any Transaction
  ) throws -> Bureau_V1_SupplierEvent {
    var event = Bureau_V1_SupplierEvent()
    event.sequence = entry.sequence
    event.createTime = entry.time.timestamp
    event.kind = entry.fact?.name ?? ""
    if let actor = entry.actor {
      event.actor = ResourceName.child("users", actor, of: place.bureau)
      event.actorDisplayName =
        try TenancyTables.user(actor, of: place.bureau, in: tx)?.displayName ?? ""
    }
    let sentence = entry.fact.map { SupplierStory.sentence($0, of: supplier.key) ?? "" }
    event.text = sentence ?? "What happened here was erased by law."
    return event
  }

  // MARK: Deciding

  package func confirmSupplierAccounts(
    request: Bureau_V1_ConfirmSupplierAccountsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ConfirmSupplierAccountsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let caller = try context.caller
    if request.accounts.isEmpty { throw SupplierError.accountsMissing }
    guard request.accounts.count <= SupplierRules.limit else {
      throw SupplierError.tooManyAccounts(limit: SupplierRules.limit)
    }
    let names = request.accounts
    let wanted = try names.enumerated().map { index, name in
      let field = "accounts[\(index)]"
      let account = try ResourceName.parseSupplierAccount(name, field: field)
      guard account.place == place else {
        throw NameError.malformed(
          field: field,
          pattern: ResourceName.company(place) + "/suppliers/{supplier}/accounts/{account}")
      }
      return account.id
    }
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: wanted[0]) { context in
      guard
        let user = try TenancyTables.user(
          caller.user, of: place.bureau, in: context.transaction)
      else { throw TenancyError.userNotFound }
      var seen: Set<ID<SupplierAccount>> = []
      return try wanted.enumerated().flatMap { index, id -> [Fact] in
        guard seen.insert(id).inserted else { return [] }
        do {
          let account = try Self.account(id, context)
          return try SupplierRules.confirming([account], by: user)
        } catch let refusal as any Refusal {
          throw RefusedItem(refusal: refusal, field: "accounts[\(index)]", name: names[index])
        }
      }
    } answer: { _, context in
      let accounts = try wanted.map {
        Bureau_V1_SupplierAccount(try Self.account($0, context), of: place)
      }
      return .with { $0.accounts = accounts }
    }
  }

  package func rejectSupplierAccount(
    request: Bureau_V1_RejectSupplierAccountRequest, context: ServerContext
  ) async throws -> Bureau_V1_Supplier {
    let (place, supplier, id) = try ResourceName.parseSupplierAccount(request.name, field: "name")
    let caller = try context.caller, reason = request.reason
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: supplier) { context in
      let account = try Self.account(id, context)
      return try SupplierRules.rejecting(
        account, by: caller.user, reason: reason,
        signed: Self.signed(to: account.supplierKey, account.account, context))
    } answer: { _, context in
      Bureau_V1_Supplier(try Self.load(supplier, at: place, in: context.transaction), of: place)
    }
  }

  package func blockSupplier(
    request: Bureau_V1_BlockSupplierRequest, context: ServerContext
  ) async throws -> Bureau_V1_Supplier {
    let reason = request.reason
    return try await change(
      request.name, request, request.requestID, request.validateOnly, context
    ) { supplier, context in
      try SupplierRules.blocking(
        supplier, reason: reason, signed: Self.signed(to: supplier.key, nil, context))
    }
  }

  package func unblockSupplier(
    request: Bureau_V1_UnblockSupplierRequest, context: ServerContext
  ) async throws -> Bureau_V1_Supplier {
    try await change(
      request.name, request, request.requestID, request.validateOnly, context
    ) { supplier, _ in SupplierRules.unblocking(supplier) }
  }

  // MARK: What they share

  private func change(
    _ name: String, _ request: some SwiftProtobuf.Message & Sendable, _ requestID: String,
    _ isDryRun: Bool, _ context: ServerContext,
    decide: @escaping @Sendable (Supplier, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Supplier {
    let (place, id) = try ResourceName.parse(name, "suppliers", as: Supplier.self)
    let call = try Call(
      context, context.caller, request, requestID: requestID, isDryRun: isDryRun)
    return try await commands.run(call, at: place, subject: id) { context in
      try decide(try Self.load(id, at: place, in: context.transaction), context)
    } answer: { _, context in
      Bureau_V1_Supplier(try Self.load(id, at: place, in: context.transaction), of: place)
    }
  }

  private static func load(
    _ id: ID<Supplier>, at place: Place, in tx: any Transaction
  ) throws -> Supplier {
    guard let supplier = try SupplierTables.load(id, of: place, in: tx) else {
      throw SupplierError.notFound
    }
    return supplier
  }

  private static func account(_ id: ID<SupplierAccount>, _ context: Commands.Context) throws
    -> SupplierAccount
  {
    let found = try SupplierTables.account(id, of: context.place, in: context.transaction)
    guard let found else { throw SupplierError.notFound }
    return found
  }

  private static func signed(
    to supplierKey: String, _ account: AccountNumber?, _ context: Commands.Context
  ) throws -> [(payment: Payment, openItems: Bool)] {
    try SupplierTables.signed(
      to: supplierKey, account, at: context.place, in: context.transaction
    ).map { ($0, try PaymentService.openItems(of: $0, context)) }
  }
}

extension AccessTable {
  /// Who says that an account is a supplier's own: people who know the suppliers.
  private static let deciders: AccessRule.Gate = .company([
    .accountant, .approver, .companyAdministrator,
  ])

  static let suppliers: [AccessRule] = [
    rule("SupplierService", "GetSupplier", .company(all)),
    rule("SupplierService", "ListSuppliers", .company(all)),
    rule("SupplierService", "ListSupplierEvents", .company(all)),
    rule("SupplierService", "ConfirmSupplierAccounts", deciders, leavesFact: true),
    rule("SupplierService", "RejectSupplierAccount", deciders, leavesFact: true),
    rule("SupplierService", "BlockSupplier", deciders, leavesFact: true),
    rule(
      "SupplierService", "UnblockSupplier", .company([.approver, .companyAdministrator]),
      leavesFact: true),
  ]
}
