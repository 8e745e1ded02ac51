package import BureauAPI
import Domain
import Foundation
package import GRPCCore
import Primitives
package import Sandbox
import SwiftProtobuf
import Synchronization

/// The API's clients over one connection.
package struct Connection: Sendable {
  package let client: GRPCClient<Transport>

  package init(client: GRPCClient<Transport>) { self.client = client }

  package var tenancy: Bureau_V1_TenancyService.Client<Transport> { .init(wrapping: client) }
  package var identity: Bureau_V1_IdentityService.Client<Transport> { .init(wrapping: client) }
  package var agreements: Bureau_V1_AgreementService.Client<Transport> { .init(wrapping: client) }
  package var consents: Bureau_V1_ConsentService.Client<Transport> { .init(wrapping: client) }
  package var payments: Bureau_V1_PaymentService.Client<Transport> { .init(wrapping: client) }
  package var transfers: Bureau_V1_TransferService.Client<Transport> { .init(wrapping: client) }
  package var statements: Bureau_V1_StatementService.Client<Transport> { .init(wrapping: client) }
  package var postings: Bureau_V1_PostingService.Client<Transport> { .init(wrapping: client) }
  package var reminders: Bureau_V1_ReminderService.Client<Transport> { .init(wrapping: client) }
  package var salaries: Bureau_V1_SalaryService.Client<Transport> { .init(wrapping: client) }
  package var policies: Bureau_V1_PolicyService.Client<Transport> { .init(wrapping: client) }
  package var licences: Bureau_V1_LicenceService.Client<Transport> { .init(wrapping: client) }
  package var phones: Bureau_V1_PhoneService.Client<Transport> { .init(wrapping: client) }
  package var employees: Bureau_V1_EmployeeService.Client<Transport> { .init(wrapping: client) }
  package var access: Bureau_V1_AccessService.Client<Transport> { .init(wrapping: client) }
  package var signingKeys: Bureau_V1_SigningKeyService.Client<Transport> { .init(wrapping: client) }
  package var submissions: Bureau_V1_SubmissionService.Client<Transport> { .init(wrapping: client) }
  package var suppliers: Bureau_V1_SupplierService.Client<Transport> { .init(wrapping: client) }
  package var openItems: Bureau_V1_OpenItemService.Client<Transport> { .init(wrapping: client) }
  package var audit: Bureau_V1_AuditService.Client<Transport> { .init(wrapping: client) }
  package var board: Bureau_V1_BoardService.Client<Transport> { .init(wrapping: client) }
  package var onboarding: Bureau_V1_OnboardingService.Client<Transport> { .init(wrapping: client) }
}

/// A user of the bureau with a BankID, who logs in when needed and calls the real API.
package final class Person: Sendable {
  package let displayName: String
  /// `bureaus/{bureau}/users/{user}`
  package let name: String
  package let citizen: SandboxPerson
  package let bureau: TestBureau
  private let login = Mutex<Login?>(nil)

  private struct Login {
    var token: String
    var start: Instant
    var lastUse: Instant
  }

  init(_ displayName: String, _ name: String, citizen: SandboxPerson, of bureau: TestBureau) {
    self.displayName = displayName
    self.name = name
    self.citizen = citizen
    self.bureau = bureau
  }

  package var connection: Connection {
    get throws { Connection(client: try bureau.world.client) }
  }

  /// The person's session: the one of before, or a new one where that has ended.
  package func token() async throws -> String {
    let now = bureau.world.clock.now, limits = bureau.world.sessionLimits
    let live = login.withLock { login -> String? in
      // The server writes a session's last use every half minute only.
      guard let known = login, known.lastUse.seconds(until: now) < limits.idleSeconds - 30,
        known.start.seconds(until: now) < limits.absoluteSeconds
      else { return nil }
      login?.lastUse = now
      return known.token
    }
    if let live { return live }
    let token = try await logsIn().session.token
    login.withLock { $0 = Login(token: token, start: now, lastUse: now) }
    return token
  }

  /// Logs in with BankID and returns the completed order.
  @discardableResult
  package func logsIn() async throws -> Bureau_V1_Order {
    let parent = bureau.name
    let order = try await Refused.calling {
      try await connection.identity.startLogin(.with { $0.parent = parent })
    }
    return try await approves(order)
  }

  /// Forgets the session, as somebody does who comes back with another device.
  package func forgetsSession() { login.withLock { $0 = nil } }

  /// One call with the person's session; a refusal is thrown as `Refused`.
  package func calls<Answer: Sendable>(
    _ call: (Connection, Metadata) async throws -> Answer
  ) async throws -> Answer {
    let token = try await token(), connection = try connection
    return try await Refused.calling {
      try await call(connection, ["authorization": "Bearer \(token)"])
    }
  }

  /// A request id that nobody has used.
  package func newRequestID() -> String { "request-\(bureau.world.next())" }

  // MARK: BankID

  /// The person scans the order's code, signs, and the order is collected.
  @discardableResult
  package func approves(_ order: Bureau_V1_Order) async throws -> Bureau_V1_Order {
    try await bureau.world.approve(order.qrText, as: citizen)
    return try await collects(order)
  }

  @discardableResult
  package func collects(_ order: Bureau_V1_Order) async throws -> Bureau_V1_Order {
    try await Refused.calling {
      try await connection.identity.collectOrder(.with { $0.name = order.name })
    }
  }

  // MARK: Administration

  @discardableResult
  package func gives(
    _ person: Person, _ role: Bureau_V1_Role, at company: TestCompany?
  ) async throws -> Bureau_V1_RoleAssignment {
    try await givesRole(role, to: person.name, at: company)
  }

  @discardableResult
  package func givesRole(
    _ role: Bureau_V1_Role, to user: String, at company: TestCompany?
  ) async throws -> Bureau_V1_RoleAssignment {
    try await calls { connection, metadata in
      try await connection.tenancy.createRoleAssignment(
        .with {
          $0.parent = bureau.name
          $0.roleAssignment.user = user
          $0.roleAssignment.company = company?.name ?? ""
          $0.roleAssignment.role = role
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func takesAway(_ role: Bureau_V1_RoleAssignment) async throws {
    _ = try await calls { connection, metadata in
      try await connection.tenancy.deleteRoleAssignment(
        .with {
          $0.name = role.name
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  package func issuesToken(to user: String, days: Int) async throws -> Bureau_V1_Token {
    let end = bureau.world.clock.now.adding(days: days)
    return try await calls { connection, metadata in
      try await connection.tenancy.createToken(
        .with {
          $0.parent = user
          $0.token.expireTime.seconds = end.microseconds / 1_000_000
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }
}
