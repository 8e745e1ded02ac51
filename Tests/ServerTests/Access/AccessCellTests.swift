import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Counts the statements that pass through.
private final class CountingTransaction: Transaction {
  private let base: any Transaction
  private(set) var statements = 0

  init(_ base: any Transaction) { self.base = base }

  var dialect: Dialect { base.dialect }
  var scope: Scope { base.scope }

  func execute(_ sql: SQL) throws {
    statements += 1
    try base.execute(sql)
  }

  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    statements += 1
    return try base.query(sql, body)
  }

  func changes(_ sql: SQL) throws -> Int {
    statements += 1
    return try base.changes(sql)
  }

  func savepoint<T>(_ body: () throws -> T) throws -> T { try base.savepoint(body) }

  func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T {
    try base.within(company: company, body)
  }
}

/// The table as a bureau may set it.
@Suite(.everyEngine, .timeLimit(.minutes(20))) struct AccessCellTests {
  /// Every cell that is free, with whether it is allowed by default.
  static let cells: [(rule: AccessRule, role: Role, isAllowed: Bool)] = AccessTable.rules.flatMap {
    rule in
    rule.free.sorted().map { (rule, $0, rule.gate.roles?.contains($0) == true) }
  }

  @Test func `signing, consent, people, tokens, licences and the table itself are never free`() {
    for name in [
      "PaymentService/StartPaymentSignature", "ConsentService/StartConsent",
      "ConsentService/RevokeConsent", "TenancyService/CreateRoleAssignment",
      "TenancyService/DeleteRoleAssignment", "TenancyService/CreateUser",
      "TenancyService/BlockUser", "TenancyService/CreateToken", "TenancyService/CloseCompany",
      "LicenceService/AcceptTerms", "LicenceService/UpdatePackages",
      "PhoneService/UpdateBankSigning", "AccessService/UpdateAccessCell",
      "TransferService/ReleaseTransferHold",
    ] {
      #expect(AccessTable.byMethod["bureau.v1.\(name)"]?.free == [], "\(name)")
    }
    // What is free names methods that there are, and no role to whom nothing personal is given.
    #expect(AccessTable.free.keys.allSatisfy { AccessTable.byMethod[$0] != nil })
    #expect(Self.cells.count >= 20)
  }

  @Test func `what is free and what needs a package is printed`() throws {
    var text = """
      What a bureau may switch in the access table, and the packages that methods need.
      + allowed by default, - not; a method that is not here is as the table of access says.


      """
    for rule in AccessTable.rules where !rule.free.isEmpty || !rule.needs.isEmpty {
      let free = rule.free.sorted().map { role in
        (rule.gate.roles?.contains(role) == true ? "+" : "-") + role.rawValue
      }
      let needs = rule.needs.map { "\($0.package.rawValue):\($0.rawValue)" }
      text += rule.method + "\n"
      if !free.isEmpty { text += "  free: \(free.joined(separator: " "))\n" }
      if !needs.isEmpty { text += "  needs: \(needs.joined(separator: " "))\n" }
    }
    try Golden.compare(text, with: "access-cells.txt")
  }

  @Test func `every free cell acts on the next call, off and on again, and no other does`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator, company = try bureau.company
      var people: [Role: Person] = [:]
      for (role, message) in [
        (.companyAdministrator, .companyAdministrator), (.accountant, .accountant),
        (.approver, .approver), (.reader, .reader),
      ] as [(Role, Bureau_V1_Role)] {
        people[role] = try await bureau.person("\(role)", message, at: company)
      }
      let service = try await bureau.serviceUser("ERP")
      for (number, cell) in Self.cells.enumerated() {
        let method = try #require(
          AccessTests.methods.first { $0.fullName == cell.rule.method })
        let probe = try #require(Probes.all[cell.rule.method])
        func mark(_ round: Int) async throws -> AccessTests.Class {
          let token =
            if let person = people[cell.role] { try await person.token() } else {
              service.token.secret
            }
          let request = try probe(
            Target(
              bureau: bureau.name, company: company.name,
              nothing: String(repeating: "cd", count: 16),
              requestID: "cell-\(number)-\(round)"))
          return AccessTests.Class(
            try await bureau.world.call(method, request, token: token))
        }
        let name = String(cell.rule.method.dropFirst("bureau.v1.".count))
        let role: Bureau_V1_Role =
          switch cell.role {
          case .customerAdministrator: .customerAdministrator
          case .companyAdministrator: .companyAdministrator
          case .accountant: .accountant
          case .approver: .approver
          case .reader: .reader
          case .serviceUser: .serviceUser
          case .payroll: .payroll
          }
        #expect(try await mark(0) == (cell.isAllowed ? .allowed : .denied), "\(name) \(role)")
        let set = try await robin.setsAccess(name, role, !cell.isAllowed)
        #expect(set.roles.contains(role) == !cell.isAllowed)
        #expect(set.defaultRoles.contains(role) == cell.isAllowed)
        #expect(try await mark(1) == (cell.isAllowed ? .denied : .allowed), "\(name) \(role)")
        let same = try await bureau.refusal {
          try await robin.setsAccess(name, role, !cell.isAllowed)
        }
        #expect(same.reason == "ACCESS_SAME")
        try await robin.setsAccess(name, role, cell.isAllowed)
        #expect(try await mark(2) == (cell.isAllowed ? .allowed : .denied), "\(name) \(role)")
      }
      // It is a fact in the bureau's journal, each time.
      let facts = try await bureau.facts().count { $0.fact.name == "AccessCellSet" }
      #expect(facts == 2 * Self.cells.count)
    }
  }

  @Test func `every other cell is fixed`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      for (method, role) in [
        ("PaymentService/StartPaymentSignature", .accountant),
        ("TenancyService/CreateUser", .accountant),
        ("PaymentService/AcknowledgePayment", .reader),
        ("PhoneService/UpdateBankSigning", .companyAdministrator),
        ("IdentityService/GetSession", .reader),
      ] as [(String, Bureau_V1_Role)] {
        let refused = try await bureau.refusal { try await robin.setsAccess(method, role, true) }
        #expect(refused.reason == "ACCESS_FIXED", "\(method)")
      }
      let unknown = try await bureau.refusal {
        try await robin.setsAccess("PaymentService/Fly", .reader, true)
      }
      #expect(unknown.reason == "ACCESS_METHOD_UNKNOWN")
      let roleless = try await bureau.refusal {
        try await robin.setsAccess("PaymentService/AcknowledgePayment", .unspecified, true)
      }
      #expect(roleless.reason == "ACCESS_ROLE_MISSING")
      try await robin.setsAccess("PaymentService/AcknowledgePayment", .accountant, false)
      let last = try await bureau.refusal {
        try await robin.setsAccess("PaymentService/AcknowledgePayment", .approver, false)
      }
      #expect(last.reason == "ACCESS_NOBODY")
    }
  }

  @Test func `cells and packages count for many payments in one call as for one (O-07)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let payment = try await office.kim.imports(SupplierInvoice())
      try await robin.setsAccess("PaymentService/AcknowledgePayment", .accountant, false)
      let handled = try await office.kim.handles(
        office.kim.handleRequest(.acknowledge, [payment.name]))
      #expect(handled.map { $0.refused?.reason } == ["ACCESS_DENIED"])
      try await robin.choosesPackages(["bank": []], of: try bureau.company)
      let started = try await office.alex.startsSigningAll([payment.name])
      let refused = try started.results.map { try BulkResult($0).refused?.reason }
      #expect(!started.hasOrder && refused == ["PACKAGE_MISSING"])
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
    }
  }

  @Test func `the table in force can be read by everybody of the bureau, page by page`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      var rules: [Bureau_V1_AccessRule] = [], token = ""
      repeat {
        let next = token
        let page = try await kim.calls { connection, metadata in
          try await connection.access.listAccessRules(
            .with {
              $0.parent = bureau.name
              $0.pageSize = 7
              $0.pageToken = next
            }, metadata: metadata)
        }
        #expect(page.accessRules.count <= 7)
        rules += page.accessRules
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(rules.map(\.method) == AccessTable.rules.map(\.method))
      #expect(rules.allSatisfy { $0.roles == $0.defaultRoles })
      #expect(
        Set(rules.filter { !$0.freeRoles.isEmpty }.map(\.method)) == Set(AccessTable.free.keys))
    }
  }

  @Test func `a cell that is switched off ends what is open`() async throws {
    try await withBureau { bureau in
      let place = try bureau.company.place, robin = try bureau.administrator
      let ruth = try await bureau.reader("Ruth"), clock = bureau.world.clock
      var call = CallContext(requestID: "stream")
      call.secretHash = Access.hash(try await ruth.token())
      let opened = call
      let watch = StreamWatch(
        access: Access(
          database: try bureau.world.database, sessionLimits: bureau.world.sessionLimits,
          now: { clock.now }), commands: try bureau.world.server.commands,
        interval: .milliseconds(1))
      let (begun, start) = AsyncStream<Void>.makeStream()
      let streaming = Task {
        try await watch.guarding("bureau.v1.AuditService/ExportCompanyJournal", opened, at: place) {
          start.finish()
          for await _ in AsyncStream<Void>.makeStream().stream {}
          try Task.checkCancellation()
        }
      }
      for await _ in begun {}
      try await robin.setsAccess("AuditService/ExportCompanyJournal", .reader, false)
      await #expect(throws: AccessError.denied) { try await streaming.value }
    }
  }

  @Test func `T a denial takes the same statements, whatever there is and is not`() async throws {
    try await withBureau { bureau in
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let absent = Place(bureau: bureau.id, company: ID(UUID()))
      var counts: [Int] = []
      for place in [foreign.place, absent] {
        for method in ["PaymentService/GetPayment", "PaymentService/StartPaymentSignature"] {
          // Somebody else each time: what is asked for the first time is not remembered.
          let caller = Caller(bureau: bureau.id, user: ID(UUID()), session: nil, secretHash: [])
          counts.append(
            try await bureau.world.database.read(as: place.scope) { tx in
              let counting = CountingTransaction(tx)
              #expect(throws: AccessError.denied) {
                try Access.check("bureau.v1.\(method)", by: caller, at: place, in: counting)
              }
              return counting.statements
            })
        }
      }
      #expect(counts == [2, 2, 2, 2])
    }
  }
}
