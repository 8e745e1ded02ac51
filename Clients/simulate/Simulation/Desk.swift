// How people call a server here: the very functions behind the RPCs, behind the server's own
// interceptors, without a wire.

import BureauAPI
import Checker
import Domain
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf

struct Desk: Sendable {
  private let calls: PageCalls
  let payments: PaymentService
  let postings: PostingService
  let transfers: TransferService
  let tenancy: TenancyService
  let consents: ConsentService
  let identity: IdentityService
  let openItems: OpenItemService
  let suppliers: SupplierService
  let salaries: SalaryService

  init(_ server: BureauServer) throws {
    func find<Service>(_: Service.Type) throws -> Service {
      guard let found = server.services.lazy.compactMap({ $0 as? Service }).first else {
        throw SimulationFault("the server has no \(Service.self)")
      }
      return found
    }
    calls = PageCalls(interceptors: server.interceptors)
    payments = try find(PaymentService.self)
    postings = try find(PostingService.self)
    transfers = try find(TransferService.self)
    tenancy = try find(TenancyService.self)
    consents = try find(ConsentService.self)
    identity = try find(IdentityService.self)
    openItems = try find(OpenItemService.self)
    suppliers = try find(SupplierService.self)
    salaries = try find(SalaryService.self)
  }

  func callAsFunction<Input: Sendable, Output: Sendable>(
    _ method: MethodDescriptor, _ request: Input, by person: SimulatedPerson?,
    _ serve: @escaping @Sendable (Input, ServerContext) async throws -> Output
  ) async throws -> Output {
    try await calls(
      method, request,
      by: PageCalls.Visitor(address: "127.0.0.1", requestID: "call", token: person?.token), serve)
  }
}

/// Something that a person wants done once, however often it is asked for.
struct Wish: Sendable {
  var requestID: String
  /// Says it in the tale.
  var text: String
  /// Asks a server; the name in the answer.
  var ask: @Sendable (Desk) async throws -> String
  /// That the same as before was wanted is no fault: then there is no fact.
  var mayChangeNothing = false
  /// Whether the answer's name is the one thing that the request is about.
  var isNamed = true
}

/// An order that somebody has yet to sign or to collect.
struct OpenOrder: Sendable {
  var name: String
  /// BankID's own name of it.
  var reference: String
  var person: SimulatedPerson
  var isSigned = false
}
