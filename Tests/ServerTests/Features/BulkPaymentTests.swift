import BureauAPI
import Domain
import Engine
import EngineKit
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Many payments of many companies in one call, through the whole server.
@Suite(.everyEngine) struct BulkPaymentTests {
  private static let nothing = String(repeating: "cd", count: 16)

  /// What became of each, for short comparisons: its state, or why it was refused.
  private static func ends(_ results: [BulkResult]) -> [String] {
    results.map { $0.payment.map { "\($0.state)" } ?? $0.refused?.reason ?? "" }
  }

  /// That many invoices, one company after the other; the names of their payments.
  private static func imported(
    _ count: Int, by person: Person, at companies: [TestCompany]
  ) async throws -> [String] {
    _ = try await person.token()
    return try await withThrowingTaskGroup(of: [(Int, String)].self) { group in
      for lane in 0..<10 {
        group.addTask {
          var made: [(Int, String)] = []
          for number in stride(from: lane, to: count, by: 10) {
            let payment = try await person.imports(
              SupplierInvoice(number: "\(number)"), at: companies[number % companies.count])
            made.append((number, payment.name))
          }
          return made
        }
      }
      var all: [(Int, String)] = []
      for try await made in group { all += made }
      return all.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private static func handled(_ bureau: TestBureau, _ company: TestCompany) async throws
    -> [PaymentsHandled]
  {
    try await bureau.facts(of: company).compactMap { entry in
      if case .paymentsHandled(let fact) = entry.fact { fact } else { nil }
    }
  }

  // MARK: One call

  @Test
  func `500 payments of 40 companies take one command a company, in order (P-08, P-12, P-13)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.person("Kim", .accountant, at: nil)
      var companies: [TestCompany] = []
      for number in 0..<40 { companies.append(try await bureau.makeCompany("Company \(number)")) }
      // Through the companies in turn, so that no company's payments stand together.
      let names = try await Self.imported(500, by: kim, at: companies)
      for (action, state) in [
        (.acknowledge, .acknowledged), (.delete, .deleted), (.undelete, .proposalOpenItems),
      ] as [(Bureau_V1_HandlePaymentsRequest.Action, Bureau_V1_Payment.State)] {
        let results = try await kim.handles(kim.handleRequest(action, names))
        #expect(results.map(\.name) == names)
        let states = results.compactMap { $0.payment?.state }
        #expect(states.count == 500)
        // The first that comes back of a supplier has no other open item beside it.
        #expect(states.count { $0 == state } == (action == .undelete ? 460 : 500))
      }
      for company in companies {
        let handled = try await Self.handled(bureau, company)
        #expect(handled.map(\.action) == [.acknowledge, .delete, .restore])
        #expect(handled.allSatisfy { $0.items.count == 12 || $0.items.count == 13 })
      }
    }
  }

  @Test func `each payment is refused alone and a repeat answers the same (P-08, P-10)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let good = try await kim.imports(SupplierInvoice(number: "1"))
      let red = try await kim.imports(SupplierInvoice(number: "2").with { $0.account = "" })
      let done = try await kim.imports(SupplierInvoice(number: "3"))
      try await kim.acknowledges(done)
      let absent = String(good.name.dropLast(32)) + Self.nothing
      let request = kim.handleRequest(
        .acknowledge, [good.name, red.name, absent, done.name, good.name], id: "monday")
      let first = try await kim.handles(request)
      #expect(
        Self.ends(first) == [
          "acknowledged", "PAYMENT_INCOMPLETE", "PAYMENT_NOT_FOUND", "PAYMENT_STATE",
          "acknowledged",
        ])
      let single = try await bureau.refusal { try await kim.acknowledges(red) }
      #expect(first[1].refused == single)
      // Mended meanwhile: the repeat tells what was, a new request what is.
      try await kim.corrects(red, "creditor_account") {
        $0.creditorAccount.form = .noBban
        $0.creditorAccount.text = "86011117947"
      }
      let journals = try await bureau.journals()
      #expect(try await kim.handles(request) == first)
      #expect(try await bureau.journals() == journals)
      let again = try await kim.handles(kim.handleRequest(.acknowledge, [red.name]))
      #expect(Self.ends(again) == ["acknowledged"])
      let refused = try await bureau.refusal {
        let other = try await kim.handles(kim.handleRequest(.acknowledge, [red.name], id: "monday"))
        if let refused = other.first?.refused { throw refused }
        return other
      }
      #expect(refused.reason == "REQUEST_ID_REUSED")
    }
  }

  @Test func `a repeat resumes where a company was not reached`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let mine = try await kim.imports(SupplierInvoice())
      let theirs = try await lee.imports(SupplierInvoice(), at: other)
      let request = kim.handleRequest(.acknowledge, [theirs.name, mine.name], id: "monday")
      #expect(Self.ends(try await kim.handles(request)) == ["ACCESS_DENIED", "acknowledged"])
      #expect(try await Self.handled(bureau, other).isEmpty)
      let facts = try await bureau.facts(of: try bureau.company).count
      try await bureau.administrator.gives(kim, .accountant, at: other)
      #expect(Self.ends(try await kim.handles(request)) == ["acknowledged", "acknowledged"])
      #expect(try await bureau.facts(of: try bureau.company).count == facts)
      #expect(try await lee.sees(theirs).state == .acknowledged)
    }
  }

  @Test func `what is another company's, or nowhere, is answered as what is absent`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let theirs = try await lee.imports(SupplierInvoice(), at: other)
      let own = try bureau.company.name
      let names = [
        theirs.name, "\(other.name)/payments/\(Self.nothing)",
        "\(bureau.name)/companies/\(Self.nothing)/payments/\(Self.nothing)",
        "\(own)/payments/\(theirs.name.suffix(32))", "\(own)/payments/\(Self.nothing)",
      ]
      for action in [.acknowledge, .delete, .undelete]
        as [Bureau_V1_HandlePaymentsRequest.Action]
      {
        let refused = try await kim.handles(kim.handleRequest(action, names)).map(\.refused)
        #expect(refused[0]?.reason == "ACCESS_DENIED")
        #expect(refused[1] == refused[0] && refused[2] == refused[0])
        #expect(refused[3]?.reason == "PAYMENT_NOT_FOUND")
        #expect(refused[4] == refused[3])
      }
      let signing = try await office.alex.startsSigningAll(names)
      #expect(!signing.hasOrder)
      let told = try signing.results.map { try BulkResult($0).refused }
      #expect(
        told.map { $0?.reason } == [
          "ACCESS_DENIED", "ACCESS_DENIED", "ACCESS_DENIED", "PAYMENT_NOT_FOUND",
          "PAYMENT_NOT_FOUND",
        ])
      #expect(try await lee.sees(theirs) == theirs)
    }
  }

  @Test func `a call is bounded, says what it wants, and stays in one bureau`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let name = "\(try bureau.company.name)/payments/\(Self.nothing)"
      let foreign = "bureaus/\(Self.nothing)/companies/\(Self.nothing)/payments/\(Self.nothing)"
      for (request, reason) in [
        (kim.handleRequest(.unspecified, [name]), "BULK_ACTION_MISSING"),
        (kim.handleRequest(.delete, []), "BULK_EMPTY"),
        (kim.handleRequest(.delete, Array(repeating: name, count: 1_001)), "BULK_TOO_LARGE"),
        (kim.handleRequest(.delete, [name, foreign]), "NAME_MALFORMED"),
      ] {
        let refused = try await bureau.refusal { try await kim.handles(request) }
        #expect(refused.reason == reason)
      }
      let most = try await kim.handles(
        kim.handleRequest(.delete, Array(repeating: name, count: 1_000)))
      #expect(Set(Self.ends(most)) == ["PAYMENT_NOT_FOUND"])
      let many = try await bureau.refusal {
        try await office.alex.startsSigningAll(Array(repeating: name, count: 501))
      }
      #expect(many.reason == "BULK_TOO_LARGE")
    }
  }

  // MARK: One signature

  /// Alex with agreement and consent in two companies, and Kim.
  private struct Two: Sendable {
    let office: Office
    let companies: [TestCompany]
    var bureau: TestBureau { office.bureau }
    var kim: Person { office.kim }
    var alex: Person { office.alex }
  }

  private static func withTwo(_ body: @Sendable (Two) async throws -> Void) async throws {
    try await withOffice { office in
      let other = try await office.bureau.makeCompany("Fjordby Byggevare AS")
      for role in [.accountant, .approver] as [Bureau_V1_Role] {
        let person = role == .accountant ? office.kim : office.alex
        try await office.bureau.administrator.gives(person, role, at: other)
      }
      let agreement = try await office.kim.registersAgreement(signer: office.alex, at: other)
      try await office.alex.signs(agreement)
      try await office.alex.consents(at: other)
      try await body(Two(office: office, companies: [try office.bureau.company, other]))
    }
  }

  @Test func `one ceremony signs payments of several companies, each provable alone (L-02, P-09)`()
    async throws
  {
    try await Self.withTwo { two in
      var names: [String] = []
      for (number, company) in [0, 1, 0, 1].enumerated() {
        let invoice = SupplierInvoice(number: "\(number)")
        names.append(try await two.kim.imports(invoice, at: two.companies[company]).name)
      }
      let red = try await two.kim.imports(SupplierInvoice(number: "9").with { $0.account = "" })
      let started = try await two.alex.startsSigningAll(names + [red.name])
      #expect(started.results.map(\.name) == [red.name])
      #expect(Self.ends(try started.results.map { try BulkResult($0) }) == ["PAYMENT_INCOMPLETE"])
      let text = started.order.visibleText
      #expect(text.hasPrefix("Approve 4 payments of 2 companies\nTotal 28620.00 NOK\n"))
      for company in two.companies {
        #expect(text.contains("\(company.displayName): 2 payments, 14310.00 NOK"))
      }
      let order = try await two.alex.approves(started.order)
      #expect(order.state == .complete)
      #expect(order.refusals.isEmpty)
      #expect(Set(order.results) == Set(names))
      for (name, company) in zip(names, [0, 1, 0, 1]) {
        let place = two.companies[company].place
        let id = try #require(ID<Payment>(hex: String(name.suffix(32))))
        // From what this one company holds.
        let (signature, evidence) = try await two.bureau.world.database.read(as: place.scope) {
          tx in
          let signature = try PaymentTables.load(id, of: place, in: tx)?.signature
          return (
            signature,
            try signature.flatMap { try Blobs.load($0.evidenceDigest, of: place, in: tx) }
          )
        }
        #expect(signature?.rendered.payment == id)
        #expect(evidence?.isEmpty == false)
      }
      let journals = try await two.bureau.journals()
      #expect(try await two.alex.collects(started.order) == order)
      #expect(try await two.bureau.journals() == journals)
      try await two.bureau.bankSettles(on: "2026-03-16")
      #expect(two.bureau.executed.count == 4)
    }
  }

  @Test func `what changes while it is signed is refused alone, and the order says so`()
    async throws
  {
    try await Self.withTwo { two in
      let mine = try await two.kim.imports(SupplierInvoice(number: "1"))
      let changed = try await two.kim.imports(SupplierInvoice(number: "2"))
      let theirs = try await two.kim.imports(SupplierInvoice(number: "3"), at: two.companies[1])
      let started = try await two.alex.startsSigningAll([mine, changed, theirs].map(\.name))
      try await two.kim.corrects(changed, "amount") {
        $0.amount.minorUnits = 1
        $0.amount.currencyCode = "NOK"
      }
      let roles = try await two.bureau.administrator.calls { connection, metadata in
        try await connection.tenancy.listRoleAssignments(
          .with { $0.parent = two.bureau.name }, metadata: metadata
        ).roleAssignments
      }
      let role = try #require(
        roles.first { $0.company == two.companies[1].name && $0.role == .approver })
      try await two.bureau.administrator.takesAway(role)
      let order = try await two.alex.approves(started.order)
      #expect(order.results == [mine.name])
      #expect(order.refusals.map(\.name) == [changed.name, theirs.name])
      let reasons = try order.refusals.map { Refused(try RPCError($0.error)).reason }
      #expect(reasons == ["PAYMENT_CHANGED_WHILE_SIGNING", "ACCESS_DENIED"])
      #expect(order.hint == "Signed 1 of 3: the others were refused.")
      #expect(try await two.kim.sees(changed).signer.isEmpty)
      #expect(try await two.kim.sees(theirs).signer.isEmpty)
      #expect(try await two.alex.collects(order) == order)
    }
  }

  @Test func `payments that are signed together count for each other in the policy's day`()
    async throws
  {
    try await Self.withTwo { two in
      let first = try await two.kim.imports(SupplierInvoice(number: "1"))
      let second = try await two.kim.imports(SupplierInvoice(number: "2"))
      let theirs = try await two.kim.imports(SupplierInvoice(number: "3"), at: two.companies[1])
      let names = [first, second, theirs].map(\.name)
      let before = try await two.alex.startsSigningAll(names)
      #expect(before.results.isEmpty)
      // Each is below the limit, the two of the company together are not.
      try await two.bureau.administrator.sets { $0.perDay = [.nobody(above: 1_000_000)] }
      let after = try await two.alex.startsSigningAll(names)
      #expect(after.results.map(\.name) == [second.name])
      #expect(Self.ends(try after.results.map { try BulkResult($0) }) == ["POLICY_DAY_LIMIT"])
      // The policy of the moment at which it is carried out.
      let order = try await two.alex.approves(before.order)
      #expect(order.results == [first.name, theirs.name])
      #expect(order.refusals.map(\.name) == [second.name])
    }
  }

  @Test func `another person's BankID signs nothing of any company (L-02)`() async throws {
    try await Self.withTwo { two in
      let mine = try await two.kim.imports(SupplierInvoice(number: "1"))
      let theirs = try await two.kim.imports(SupplierInvoice(number: "2"), at: two.companies[1])
      let started = try await two.alex.startsSigningAll([mine.name, theirs.name])
      let refused = try await two.bureau.refusal { try await two.kim.approves(started.order) }
      #expect(refused.reason == "EVIDENCE_OTHER_PERSON")
      #expect(try await two.alex.collects(started.order).state == .failed)
    }
  }

  @Test func `an answer that came just before a crash signs for all companies, once`() async throws
  {
    try await Self.withTwo { two in
      let world = two.bureau.world
      let mine = try await two.kim.imports(SupplierInvoice(number: "1"))
      let theirs = try await two.kim.imports(SupplierInvoice(number: "2"), at: two.companies[1])
      let started = try await two.alex.startsSigningAll([mine.name, theirs.name])
      try await world.approve(started.order.qrText, as: two.alex.citizen)
      let id = try #require(ID<Order>(hex: String(started.order.name.suffix(32))))
      try await world.keepsAnswer(of: id, at: two.bureau.id)
      try await two.bureau.restart()
      let order = try await two.alex.collects(started.order)
      #expect(order.results == [mine.name, theirs.name])
      for company in two.companies {
        let facts = try await two.bureau.facts(of: company)
        #expect(facts.count { $0.fact.name == "PaymentSigned" } == 1)
      }
    }
  }
}
