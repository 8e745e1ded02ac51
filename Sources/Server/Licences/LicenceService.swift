package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct LicenceService: Bureau_V1_LicenceService.SimpleServiceProtocol {
  let commands: Commands

  package func getTerms(
    request: Bureau_V1_GetTermsRequest, context: ServerContext
  ) async throws -> Bureau_V1_Terms {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    try await commands.read(context.method, by: context.caller, at: Place(bureau: bureau)) { _ in }
    return .with {
      $0.name = "\(ResourceName.bureau(bureau))/terms"
      $0.version = TermsOfService.version
      $0.text = TermsOfService.text
    }
  }

  package func getLicence(
    request: Bureau_V1_GetLicenceRequest, context: ServerContext
  ) async throws -> Bureau_V1_Licence {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let found = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { try LicenceTables.load(of: bureau, in: $0) }
    guard let found else { throw LicenceError.missing }
    return Bureau_V1_Licence(found, of: bureau)
  }

  package func orderLicence(
    request: Bureau_V1_OrderLicenceRequest, context: ServerContext
  ) async throws -> Bureau_V1_Licence {
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let wanted = request.licence
    let draft = LicenceDraft(
      customerNumber: wanted.customerNumber, administratorName: wanted.administratorName,
      administratorEmail: wanted.administratorEmail,
      packages: try wanted.packages.prefix(20).map { try ServicePackage.named($0) })
    return try await change(request.parent, call) { licence, context in
      try draft.ordering(
        known: licence,
        administrators: TenancyTables.administrators(
          of: context.place.bureau, in: context.transaction), at: context.time)
    }
  }

  package func acceptTerms(
    request: Bureau_V1_AcceptTermsRequest, context: ServerContext
  ) async throws -> Bureau_V1_Licence {
    let user = try context.caller.user
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await change(request.parent, call) { licence, _ in
      try Licence.accepting(request.version, of: licence, by: user)
    }
  }

  private func change(
    _ parent: String, _ call: Call,
    decide: @escaping @Sendable (Licence?, Commands.Context) throws -> [Fact]
  ) async throws -> Bureau_V1_Licence {
    let bureau = try ResourceName.parseBureau(parent, field: "parent")
    return try await commands.run(call, at: Place(bureau: bureau), subject: bureau) { context in
      try decide(try LicenceTables.load(of: bureau, in: context.transaction), context)
    } answer: { _, context in
      guard let licence = try LicenceTables.load(of: bureau, in: context.transaction) else {
        throw LicenceError.missing
      }
      return Bureau_V1_Licence(licence, of: bureau)
    }
  }

  // MARK: Packages

  package func getPackages(
    request: Bureau_V1_GetPackagesRequest, context: ServerContext
  ) async throws -> Bureau_V1_Packages {
    let place = try ResourceName.parseBureauOrCompany(request.parent, field: "parent")
    return try await commands.read(context.method, by: context.caller, at: place) { tx in
      try Self.packages(at: place, in: tx)
    }
  }

  package func updatePackages(
    request: Bureau_V1_UpdatePackagesRequest, context: ServerContext
  ) async throws -> Bureau_V1_Packages {
    let place = try ResourceName.parseBureauOrCompany(
      request.packages.parent, field: "packages.parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let grants = try PackageGrant.all(request.packages.packages)
    let bureau = place.bureau
    return try await commands.run(call, at: Place(bureau: bureau), subject: place.company) {
      context in
      let tx = context.transaction
      var company: Company?
      if !place.isBureau {
        company = try TenancyTables.company(place, in: tx)
        if company == nil { throw TenancyError.companyNotFound }
      }
      return try Licence.choosing(
        grants, for: company, licence: LicenceTables.load(of: bureau, in: tx),
        bureau: LicenceTables.packages(at: place, in: tx).bureau)
    } answer: { _, context in
      try Self.packages(at: place, in: context.transaction)
    }
  }

  private static func packages(at place: Place, in tx: any Transaction) throws
    -> Bureau_V1_Packages
  {
    if !place.isBureau, try TenancyTables.company(place, in: tx) == nil {
      throw TenancyError.companyNotFound
    }
    let packages = try LicenceTables.packages(at: place, in: tx)
    let grants = packages.company ?? packages.bureau
    return .with {
      $0.parent =
        place.isBureau ? ResourceName.bureau(place.bureau) : ResourceName.company(place)
      $0.packages = grants.map { grant in
        .with {
          $0.package = grant.package.rawValue
          $0.accesses = grant.accesses.sorted().map(\.rawValue)
        }
      }
      $0.inherited = !place.isBureau && packages.company == nil
    }
  }
}

extension ServicePackage {
  static func named(_ text: String) throws(LicenceError) -> ServicePackage {
    guard let package = ServicePackage(rawValue: text) else {
      throw .packageUnknown(String(text.prefix(40)))
    }
    return package
  }
}

extension PackageGrant {
  /// No accesses: all of the package.
  static func all(_ messages: [Bureau_V1_PackageGrant]) throws(LicenceError) -> [PackageGrant] {
    var grants: [PackageGrant] = []
    for message in messages.prefix(20) {
      let package = try ServicePackage.named(message.package)
      var accesses: Set<ModuleAccess> = []
      for name in message.accesses.prefix(50) {
        guard let access = ModuleAccess(rawValue: name) else {
          throw .packageUnknown(String(name.prefix(40)))
        }
        accesses.insert(access)
      }
      grants.append(
        PackageGrant(package: package, accesses: accesses.isEmpty ? package.accesses : accesses))
    }
    return grants
  }
}

extension Bureau_V1_Licence {
  init(_ licence: Licence, of bureau: ID<Bureau>) {
    self.init()
    name = "\(ResourceName.bureau(bureau))/licence"
    customerNumber = licence.customerNumber
    administrator = ResourceName.child("users", licence.administrator, of: bureau)
    administratorName = licence.administratorName
    administratorEmail = licence.administratorEmail
    packages = licence.packages.sorted().map(\.rawValue)
    state = licence.isActive ? .active : .ordered
    orderTime = licence.orderTime.timestamp
    acceptedTerms = licence.acceptedTerms ?? ""
    if let time = licence.acceptTime { acceptTime = time.timestamp }
  }
}
