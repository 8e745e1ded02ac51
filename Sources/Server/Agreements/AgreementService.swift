package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct AgreementService: Bureau_V1_AgreementService.SimpleServiceProtocol {
  let commands: Commands
  let orders: Orders
  let activation: Activation
  let key: NationalIDKey
  let allowsSynthetic: Bool
  let access: Access

  var sources: Sources { commands.sources }

  package func listBanks(
    request: Bureau_V1_ListBanksRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListBanksResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    // The list is short and the same for all: one page holds it.
    guard request.pageSize >= 0 else { throw NameError.pageSizeInvalid }
    guard request.pageToken.isEmpty else { throw NameError.pageTokenInvalid }
    return try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { _ in
      .with { $0.banks = BankProfile.all.map { Bureau_V1_Bank($0) } }
    }
  }

  package func createAgreement(
    request: Bureau_V1_CreateAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request.concealed(key, allowsSynthetic: allowsSynthetic),
      requestID: request.requestID, isDryRun: request.validateOnly)
    var asked = try AgreementDraft(
      request.agreement, key: key, allowsSynthetic: allowsSynthetic)
    asked.legacyNumber = request.legacyNumber
    let draft = asked
    try await commands.read(context.method, by: context.caller, at: place) { _ in }
    // The bank is asked whose the account is before anything is written.
    var owner = AccountOwner.untold
    if let asked = draft.place {
      owner = try await activation.owner(of: asked.account, bank: asked.bank.id, at: place)
    }
    let id = sources.id(Agreement.self), found = owner
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      return try draft.drafting(
        as: id, of: company, owner: found,
        taken: { try AgreementTables.isTaken($0, $1, of: place, in: tx) }, at: context.time)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func getAgreement(
    request: Bureau_V1_GetAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let moment = try request.moment(now: sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try Self.read(id, at: place, in: $0) }
  }

  package func listAgreements(
    request: Bureau_V1_ListAgreementsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListAgreementsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Agreement>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try AgreementTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.agreements = items.map { Bureau_V1_Agreement($0, at: place) }
      $0.nextPageToken = next
    }
  }

  package func updateAgreement(
    request: Bureau_V1_UpdateAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let draft = try AgreementDraft(
      request.agreement, key: key, allowsSynthetic: allowsSynthetic)
    let fields = request.updateMask.paths
    return try await change(
      request.agreement.name, "agreement.name",
      request.concealed(key, allowsSynthetic: allowsSynthetic), request.requestID,
      request.validateOnly, context
    ) { agreement, _ in try agreement.changing(to: draft, fields: fields) }
  }

  package func sendAgreement(
    request: Bureau_V1_SendAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let secret = sources.secret(), message = sources.id(OutgoingMessage.self)
    return try await commands.run(call, at: place, subject: id) { context in
      try Self.load(id, context).sending(linkHash: Access.hash(secret), at: context.time)
    } apply: { [secrets = commands.secrets] context in
      try MessageTables.insert(
        .agreement(Self.load(id, context), secret: secret, at: place, as: message),
        sealedBy: secrets, of: place, at: context.time, in: context.transaction)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func checkConnection(
    request: Bureau_V1_CheckConnectionRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let bank = try await allowed(id, at: place, context).bank
    let found = await activation.check(bank, at: place)
    return try await change(
      request.name, "name", request, request.requestID, request.validateOnly, context
    ) { agreement, context in agreement.checking(found, at: context.time) }
  }

  package func activateAgreement(
    request: Bureau_V1_ActivateAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    try await changeAfterAsking(
      request.name, request, request.requestID, request.validateOnly, context
    ) { try $0.activating($1, for: $2, at: $3) }
  }

  package func convertAgreement(
    request: Bureau_V1_ConvertAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    try await changeAfterAsking(
      request.name, request, request.requestID, request.validateOnly, context
    ) { try $0.converting($1, for: $2, at: $3) }
  }

  package func terminateAgreement(
    request: Bureau_V1_TerminateAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    try await change(
      request.name, "name", request, request.requestID, request.validateOnly, context
    ) { agreement, context in
      let open = try PaymentTables.openCount(
        of: agreement.id, at: context.place, in: context.transaction)
      return try agreement.terminating(reason: request.reason, open: open, at: context.time)
    }
  }

  // MARK: Shared

  /// The agreement, for a caller who may do this: nobody outside is asked for anybody else.
  private func allowed(_ id: ID<Agreement>, at place: Place, _ context: ServerContext)
    async throws -> Agreement
  {
    let found = try await commands.read(context.method, by: context.caller, at: place) { tx in
      try AgreementTables.load(id, of: place, in: tx)
    }
    guard let found else { throw AgreementError.notFound }
    return found
  }

  /// One command on one agreement.
  func change(
    _ name: String, _ field: String, _ request: some SwiftProtobuf.Message, _ requestID: String,
    _ isDryRun: Bool, _ context: ServerContext,
    decide: @escaping @Sendable (Agreement, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(
      name, "agreements", as: Agreement.self, field: field)
    let call = try Call(
      context, context.caller, request, requestID: requestID, isDryRun: isDryRun)
    return try await commands.run(call, at: place, subject: id) { context in
      try decide(try Self.load(id, context), context)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  /// One command on one agreement, decided by what the bank says of its account and connection now.
  private func changeAfterAsking(
    _ name: String, _ request: some SwiftProtobuf.Message, _ requestID: String, _ isDryRun: Bool,
    _ context: ServerContext,
    decide: @escaping @Sendable (Agreement, ActivationFindings, Company, Instant) throws -> [Fact]
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(name, "agreements", as: Agreement.self)
    _ = try await allowed(id, at: place, context)
    let found = try await activation.findings(for: id, at: place)
    return try await change(name, "name", request, requestID, isDryRun, context) {
      agreement, context in
      guard let company = try TenancyTables.company(place, in: context.transaction) else {
        throw TenancyError.companyNotFound
      }
      return try decide(agreement, found, company, context.time)
    }
  }

  static func load(_ id: ID<Agreement>, _ context: Commands.Context) throws -> Agreement {
    guard
      let found = try AgreementTables.load(id, of: context.place, in: context.transaction)
    else { throw AgreementError.notFound }
    return found
  }

  static func answer(_ id: ID<Agreement>, _ context: Commands.Context) throws
    -> Bureau_V1_Agreement
  {
    try read(id, at: context.place, in: context.transaction)
  }

  private static func read(_ id: ID<Agreement>, at place: Place, in tx: any Transaction) throws
    -> Bureau_V1_Agreement
  {
    guard let found = try AgreementTables.load(id, of: place, in: tx) else {
      throw AgreementError.notFound
    }
    var message = Bureau_V1_Agreement(found, at: place)
    message.text = try Opened(found, at: place, in: tx).text
    return message
  }
}
