package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

// Companies and users after they were made: the third part of the tenancy service.

extension TenancyService {
  // MARK: Companies

  package func updateCompany(
    request: Bureau_V1_UpdateCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Company {
    let place = try ResourceName.parseCompany(request.company.name, field: "company.name")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let change = try CompanyChange(request.company, mask: request.updateMask.paths)
    let etag = request.company.etag
    return try await changing(place, call) { company, _ in
      guard etag.isEmpty || etag == String(company.revision) else {
        throw CompanyError.changedMeanwhile
      }
      return try company.changing(change)
    }
  }

  package func activateCompany(
    request: Bureau_V1_ActivateCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Company {
    let place = try ResourceName.parseCompany(request.name)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let wanted = try PackageGrant.all(request.packages)
    return try await changing(place, call) { company, context in
      let tx = context.transaction
      let activated = try company.activating()
      let bureauHas = try LicenceTables.packages(at: place, in: tx).bureau
      // U-07: with the services that are switched on for it.
      guard !wanted.isEmpty || !bureauHas.isEmpty else { return activated }
      var active = company
      active.state = .active
      return activated
        + (try Licence.choosing(
          wanted.isEmpty ? bureauHas : wanted, for: active,
          licence: LicenceTables.load(of: place.bureau, in: tx), bureau: bureauHas))
    }
  }

  /// What of a company is the bureau's to decide stands in the bureau's own journal.
  private func changing(
    _ place: Place, _ call: Call,
    decide: @escaping @Sendable (Company, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Company {
    let id = place.company, bureau = place.bureau
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      guard let company = try TenancyTables.company(place, in: context.transaction) else {
        throw TenancyError.companyNotFound
      }
      return try decide(company, context)
    } answer: { id, context in
      try Self.answer(id, of: bureau, context)
    }
  }

  package func closeCompany(
    request: Bureau_V1_CloseCompanyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Company {
    let place = try ResourceName.parseCompany(request.name)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    // In the company's own line, after every signature that was before it and before all others.
    return try await commands.run(call, at: place, subject: place.company) { context in
      let tx = context.transaction
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      return try company.closing(
        request.reason, remains: TenancyTables.remains(of: place, in: tx))
    } answer: { id, context in
      try Self.answer(id, of: place.bureau, context)
    }
  }

  static func answer(_ id: ID<Company>, of bureau: ID<Bureau>, _ context: Commands.Context) throws
    -> Bureau_V1_Company
  {
    let place = Place(bureau: bureau, company: id)
    guard let company = try TenancyTables.company(place, in: context.transaction) else {
      throw TenancyError.companyNotFound
    }
    return Bureau_V1_Company(company, of: bureau)
  }

  // MARK: Users

  package func updateUser(
    request: Bureau_V1_UpdateUserRequest, context: ServerContext
  ) async throws -> Bureau_V1_User {
    let change = try UserChange(request.user, mask: request.updateMask.paths)
    let etag = request.user.etag
    let call = try Call(
      context, context.caller, request.concealed(key, allowsSynthetic: allowsSynthetic),
      requestID: request.requestID, isDryRun: request.validateOnly)
    return try await changeUser(request.user.name, field: "user.name", call) { user, _ in
      guard etag.isEmpty || etag == String(user.revision) else { throw UserError.changedMeanwhile }
      return try user.changing(change)
    }
  }

  package func blockUser(
    request: Bureau_V1_BlockUserRequest, context: ServerContext
  ) async throws -> Bureau_V1_User {
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await changeUser(request.name, call) { user, context in
      let tx = context.transaction, bureau = context.place.bureau
      let roles = try TenancyTables.roles(of: user.id, in: bureau, tx)
      return try user.blocking(
        request.reason,
        isAdministrator: roles.contains {
          $0.company == nil && $0.role == .customerAdministrator
        }, others: TenancyTables.hasAdministrator(besides: user.id, of: bureau, in: tx))
    } apply: { user, context in
      try SessionTables.endAll(of: user, of: context.place.bureau, in: context.transaction)
    }
  }

  package func unblockUser(
    request: Bureau_V1_UnblockUserRequest, context: ServerContext
  ) async throws -> Bureau_V1_User {
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await changeUser(request.name, call) { user, _ in try user.unblocking() }
  }

  private func changeUser(
    _ name: String, field: String = "name", _ call: Call,
    decide: @escaping @Sendable (User, Commands.Context) throws -> [Fact],
    apply: (@Sendable (ID<User>, Commands.Context) throws -> Void)? = nil
  ) async throws -> Bureau_V1_User {
    let (bureau, id) = try ResourceName.parseBureauChild(
      name, "users", as: User.self, field: field)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      guard let user = try TenancyTables.user(id, of: bureau, in: context.transaction) else {
        throw TenancyError.userNotFound
      }
      return try decide(user, context)
    } apply: { context in
      try apply?(id, context)
    } answer: { id, context in
      guard let user = try TenancyTables.user(id, of: bureau, in: context.transaction) else {
        throw TenancyError.userNotFound
      }
      return Bureau_V1_User(user, of: bureau)
    }
  }
}

extension CompanyChange {
  init(_ message: Bureau_V1_Company, mask: [String]) throws(CompanyError) {
    self.init()
    if mask.isEmpty { throw .nothingToChange }
    for path in mask {
      switch path {
      case "display_name": displayName = message.displayName
      case "address.street": street = message.address.street
      case "address.postal_code": postalCode = message.address.postalCode
      case "address.town": town = message.address.town
      default: throw .fieldFixed(String(path.prefix(60)))
      }
    }
  }
}

extension UserChange {
  init(_ message: Bureau_V1_User, mask: [String]) throws(UserError) {
    self.init()
    if mask.isEmpty { throw .nothingToChange }
    for path in mask {
      switch path {
      case "display_name": displayName = message.displayName
      case "email": email = message.email
      default: throw .fieldFixed(String(path.prefix(60)))
      }
    }
  }
}
