package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct TenancyService: Bureau_V1_TenancyService.SimpleServiceProtocol {
  let commands: Commands
  let key: NationalIDKey
  /// Test systems take synthetic national ids; production refuses them (identifiers.md).
  let allowsSynthetic: Bool
  let bootstrap: any BootstrapToken

  private var sources: Sources { commands.sources }

  // MARK: Bureaus

  package func createBureau(
    request: Bureau_V1_CreateBureauRequest, context: ServerContext
  ) async throws -> Bureau_V1_Bureau {
    guard let secret = context.call.secretHash, bootstrap.allows(secret) else {
      throw TenancyError.bootstrapRefused
    }
    // The ids follow from the token and the request id: a repeat names the same bureau.
    let id = ID<Bureau>.derived(from: secret, request.requestID)
    let place = Place(bureau: id), time = sources.now()
    let administrator = try UserDraft(
      request.administrator, key: key, allowsSynthetic: allowsSynthetic
    ).validated(as: ID(sources.uuid()), taken: false, at: time)
    let role = sources.id(RoleAssignment.self)
    let call = try Call(
      context, nil, request.concealed(key, allowsSynthetic: allowsSynthetic),
      requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: id) { context in
      if try TenancyTables.bureau(id, in: context.transaction) != nil {
        throw TenancyError.bootstrapRefused
      }
      let facts = try TenancyRules.creating(
        id, displayName: request.bureau.displayName,
        organisationNumber: request.bureau.organisationNumber,
        countryCode: request.bureau.countryCode, administrator: administrator, assignment: role,
        at: context.time)
      guard !request.customerNumber.isEmpty else { return facts }
      let order = LicenceDraft(
        customerNumber: request.customerNumber, administratorName: administrator.displayName,
        administratorEmail: administrator.email, packages: ServicePackage.allCases)
      return facts
        + (try order.ordering(known: nil, administrators: [administrator], at: context.time))
    } apply: { [bootstrap] _ in
      if !request.validateOnly { try bootstrap.claim(request.requestID) }
    } answer: { id, context in
      guard let bureau = try TenancyTables.bureau(id, in: context.transaction) else {
        throw TenancyError.bootstrapRefused
      }
      let users = try TenancyTables.users(of: id, after: nil, limit: 1, in: context.transaction)
      return Bureau_V1_Bureau(bureau, administrator: users.first?.id)
    }
  }

  package func getBureau(
    request: Bureau_V1_GetBureauRequest, context: ServerContext
  ) async throws -> Bureau_V1_Bureau {
    let id = try ResourceName.parseBureau(request.name)
    let found = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: id)
    ) { try TenancyTables.bureau(id, in: $0) }
    guard let found else { throw AccessError.denied }
    return Bureau_V1_Bureau(found)
  }

  // MARK: Companies

  package func createCompany(
    request: Bureau_V1_CreateCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Company {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let draft = CompanyDraft(request.company)
    let id = sources.id(Company.self)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      let company = try draft.validated(as: id, at: context.time, isManual: request.manual)
      try CompanyDraft.refusing(
        TenancyTables.companyState(
          numbered: company.organisationNumber, of: bureau, in: context.transaction))
      let made = Fact.companyCreated(CompanyCreated(company: company))
      // By hand it is activated, and its services switched on, in a second step (U-06, U-07).
      if request.manual { return [made] }
      let bureauHas = try LicenceTables.packages(
        at: Place(bureau: bureau), in: context.transaction
      ).bureau
      return [made] + PackagesChosen.beginning(id, bureau: bureauHas)
    } answer: { id, context in
      try Self.answer(id, of: bureau, context)
    }
  }

  package func getCompany(
    request: Bureau_V1_GetCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Company {
    let place = try ResourceName.parseCompany(request.name)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) {
      try TenancyTables.company(place, in: $0)
    }
    guard let found else { throw TenancyError.companyNotFound }
    return Bureau_V1_Company(found, of: place.bureau)
  }

  package func listCompanies(
    request: Bureau_V1_ListCompaniesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListCompaniesResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let page = try Page<Company>(size: request.pageSize, token: request.pageToken)
    let pattern = try SearchText.pattern(request.query)
    try request.requireNow()
    let caller = try context.caller
    let found = try await commands.read(
      context.method, by: caller, at: Place(bureau: bureau)
    ) {
      try TenancyTables.companies(
        of: bureau, visibleTo: caller.user, among: caller.scope.companies, like: pattern,
        after: page.after, limit: page.limit, in: $0)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.companies = items.map { Bureau_V1_Company($0, of: bureau) }
      $0.nextPageToken = next
    }
  }

  // MARK: Users

  package func createUser(
    request: Bureau_V1_CreateUserRequest, context: ServerContext
  ) async throws -> Bureau_V1_User {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request.concealed(key, allowsSynthetic: allowsSynthetic),
      requestID: request.requestID, isDryRun: request.validateOnly)
    let draft = try UserDraft(request.user, key: key, allowsSynthetic: allowsSynthetic)
    let id = sources.id(User.self)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      let taken = try draft.nationalIDDigest.map {
        try TenancyTables.user(with: $0, of: bureau, in: context.transaction) != nil
      }
      let user = try draft.validated(as: id, taken: taken ?? false, at: context.time)
      return [.userCreated(UserCreated(user: user))]
    } answer: { id, context in
      guard let user = try TenancyTables.user(id, of: bureau, in: context.transaction) else {
        throw TenancyError.userNotFound
      }
      return Bureau_V1_User(user, of: bureau)
    }
  }

  package func getUser(
    request: Bureau_V1_GetUserRequest, context: ServerContext
  ) async throws -> Bureau_V1_User {
    let (bureau, id) = try ResourceName.parseBureauChild(request.name, "users", as: User.self)
    let found = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { try TenancyTables.user(id, of: bureau, in: $0) }
    guard let found else { throw TenancyError.userNotFound }
    return Bureau_V1_User(found, of: bureau)
  }

  package func listUsers(
    request: Bureau_V1_ListUsersRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListUsersResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let page = try Page<User>(size: request.pageSize, token: request.pageToken)
    let pattern = try SearchText.pattern(request.query)
    try request.requireNow()
    let found = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) {
      try TenancyTables.users(
        of: bureau, like: pattern, after: page.after, limit: page.limit, in: $0)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.users = items.map { Bureau_V1_User($0, of: bureau) }
      $0.nextPageToken = next
    }
  }
}

extension ID {
  /// An id that follows from a secret and a text: the same for a repeat, unguessable without.
  static func derived(from secret: [UInt8], _ text: String) -> ID {
    let digest = Call.digest(text, secret)
    func half(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    return TenantKey(high: half(digest[0..<8]), low: half(digest[8..<16])).id()
  }
}
