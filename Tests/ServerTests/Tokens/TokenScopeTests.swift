import BureauAPI
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// What a token is limited to, when it was used, and that it ends at once.
@Suite(.everyEngine) struct TokenScopeTests {
  /// A service user with a role at the bureau's company and another, and a token for it.
  private func token(
    _ bureau: TestBureau, at places: [TestCompany], _ fill: (inout Bureau_V1_Token) -> Void
  ) async throws -> Bureau_V1_Token {
    let robin = try bureau.administrator
    let service = try await bureau.serviceUser("ERP")
    for place in places {
      try await robin.givesRole(.serviceUser, to: service.name, at: place)
    }
    var wanted = Bureau_V1_Token()
    wanted.expireTime.seconds = bureau.world.clock.now.adding(days: 30).microseconds / 1_000_000
    fill(&wanted)
    let token = wanted
    return try await robin.calls { connection, metadata in
      try await connection.tenancy.createToken(
        .with {
          $0.parent = service.name
          $0.token = token
          $0.requestID = robin.newRequestID()
        }, metadata: metadata)
    }
  }

  private func with<Answer: Sendable>(
    _ secret: String, _ bureau: TestBureau,
    _ call: (Connection, Metadata) async throws -> Answer
  ) async throws -> Answer {
    try await Refused.calling {
      try await call(
        Connection(client: bureau.world.client), ["authorization": "Bearer \(secret)"])
    }
  }

  /// Runs what is refused after something else was done on the way.
  private func refusal<Answer>(_ body: () async throws -> Answer) async throws -> Refused {
    do { _ = try await body() } catch let refused as Refused { return refused }
    throw TestFault("was not refused")
  }

  private func payments(_ company: String, _ secret: String, _ bureau: TestBureau) async throws {
    _ = try await with(secret, bureau) { connection, metadata in
      try await connection.payments.listPayments(.with { $0.parent = company }, metadata: metadata)
    }
  }

  private func tokens(_ bureau: TestBureau, ended: Bool = false) async throws -> [Bureau_V1_Token] {
    try await bureau.administrator.calls { connection, metadata in
      try await connection.tenancy.listTokens(
        .with {
          $0.parent = "\(bureau.name)/users/-"
          $0.showEnded = ended
        }, metadata: metadata)
    }.tokens
  }

  @Test func `a token acts in its companies only, and absent is as foreign (U-11)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, own = try bureau.company
      let other = try await bureau.makeCompany("Fremmed AS")
      let made = try await token(bureau, at: [other]) { $0.companies = [own.name] }
      #expect(made.companies == [own.name])
      try await payments(own.name, made.secret, bureau)
      let foreign = try await bureau.refusal {
        try await payments(other.name, made.secret, bureau)
      }
      let absent = try await bureau.refusal {
        try await payments(
          own.name.dropLast(32) + String(repeating: "ab", count: 16),
          made.secret, bureau)
      }
      #expect(foreign.reason == "ACCESS_DENIED")
      #expect("\(foreign)" == "\(absent)")
      let seen = try await with(made.secret, bureau) { connection, metadata in
        try await connection.tenancy.listCompanies(
          .with { $0.parent = bureau.name }, metadata: metadata)
      }
      #expect(seen.companies.map(\.name) == [own.name])
      let board = try await with(made.secret, bureau) { connection, metadata in
        try await connection.board.listBoard(.with { $0.parent = bureau.name }, metadata: metadata)
      }
      #expect(board.rows.map(\.company) == [own.name])
      // What every member may ask of the bureau is refused of a company out of the token's reach.
      let gaps = try await bureau.refusal {
        try await with(made.secret, bureau) { connection, metadata in
          try await connection.consents.listConsentGaps(
            .with { $0.parent = other.name }, metadata: metadata)
        }
      }
      #expect(gaps.reason == "ACCESS_DENIED")
    }
  }

  @Test func `a token does what its verbs say, and no more than its user's roles (U-11)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, own = try bureau.company
      let reads = try await token(bureau, at: []) { $0.verbs = ["read", "change"] }
      try await payments(own.name, reads.secret, bureau)
      let request = office.kim.importRequest(SupplierInvoice(), at: own)
      let refused = try await bureau.refusal {
        try await with(reads.secret, bureau) { connection, metadata in
          try await connection.payments.importInvoice(request, metadata: metadata)
        }
      }
      #expect(refused.reason == "TOKEN_SCOPE")
      #expect(refused.code == .permissionDenied)

      let imports = try await token(bureau, at: []) {
        $0.verbs = ["PaymentService/ImportInvoice"]
      }
      let payment = try await with(imports.secret, bureau) { connection, metadata in
        try await connection.payments.importInvoice(request, metadata: metadata)
      }
      let hidden = try await bureau.refusal {
        try await payments(own.name, imports.secret, bureau)
      }
      #expect(hidden.reason == "TOKEN_SCOPE")
      // The verb alone gives no right: its user has no role for it.
      let denied = try await bureau.refusal {
        try await with(reads.secret, bureau) { connection, metadata in
          try await connection.payments.acknowledgePayment(
            .with {
              $0.name = payment.name
              $0.requestID = "acknowledge"
            }, metadata: metadata)
        }
      }
      #expect(denied.reason == "ACCESS_DENIED")
    }
  }

  @Test func `a scope without the user's role there, or with an unknown verb, is refused (U-11)`()
    async throws
  {
    try await withBureau { bureau in
      let foreign = try await bureau.makeCompany("Fremmed AS")
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      for company in [foreign.name, try other.company.name] {
        let refused = try await refusal {
          try await token(bureau, at: []) { $0.companies = [company] }
        }
        #expect(refused.reason == "TOKEN_COMPANY_WITHOUT_ROLE")
      }
      let unknown = try await refusal {
        try await token(bureau, at: []) { $0.verbs = ["fly"] }
      }
      #expect(unknown.reason == "TOKEN_VERB_UNKNOWN")
    }
  }

  @Test func `tokens are listed without secrets, with their last use and what ends soon`()
    async throws
  {
    try await withBureau { bureau in
      let clock = bureau.world.clock, own = try bureau.company
      let made = try await token(bureau, at: []) { $0.displayName = "Nightly import" }
      let before = try await bureau.journals()
      func found() async throws -> Bureau_V1_Token {
        try #require(try await tokens(bureau).first { $0.name == made.name })
      }
      #expect(try await found().secret.isEmpty)
      #expect(try await !found().hasLastUseTime)
      #expect(try await found().displayName == "Nightly import")
      let first = clock.now
      try await payments(own.name, made.secret, bureau)
      #expect(try await found().lastUseTime.seconds == first.microseconds / 1_000_000)
      // Written about once a minute.
      clock.turn(to: first.adding(seconds: 59))
      try await payments(own.name, made.secret, bureau)
      #expect(try await found().lastUseTime.seconds == first.microseconds / 1_000_000)
      clock.turn(to: first.adding(seconds: 60))
      try await payments(own.name, made.secret, bureau)
      #expect(try await found().lastUseTime.seconds == first.microseconds / 1_000_000 + 60)
      #expect(try await bureau.journals() == before)

      #expect(try await found().state == .active)
      try await bureau.turnClock(to: "2026-03-18T08:00:00Z")
      #expect(try await found().state == .expiring)
      try await bureau.turnClock(to: "2026-04-01T08:00:00Z")
      #expect(try await tokens(bureau).isEmpty)
      #expect(
        try await tokens(bureau, ended: true).first { $0.name == made.name }?.state == .expired)
    }
  }

  @Test func `a revoked token ends the stream that it has opened`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, own = try bureau.company, robin = try bureau.administrator
      let made = try await token(bureau, at: []) { $0.verbs = ["import"] }
      let first = office.kim.importRequest(SupplierInvoice(), at: own)
      var other = SupplierInvoice()
      other.number = "F-2"
      let second = office.kim.importRequest(other, at: own)
      let (turns, next) = AsyncStream<Void>.makeStream()
      let connection = Connection(client: try bureau.world.client)
      let reasons = try await connection.payments.importInvoices(
        request: StreamingClientRequest(metadata: ["authorization": "Bearer \(made.secret)"]) {
          try await $0.write(first)
          for await _ in turns { break }
          try await $0.write(second)
        }
      ) { response in
        var reasons: [String] = []
        do {
          for try await answer in response.messages {
            reasons.append(answer.payment.name.isEmpty ? "refused" : "taken")
            _ = try await robin.calls { connection, metadata in
              try await connection.tenancy.deleteToken(
                .with {
                  $0.name = made.name
                  $0.requestID = "revoke"
                }, metadata: metadata)
            }
            next.yield()
          }
        } catch let error as RPCError { reasons.append("\(error.code)") }
        return reasons
      }
      #expect(reasons == ["taken", "\(RPCError.Code.unauthenticated)"])
      #expect(try await bureau.facts(of: own).count { $0.fact.name == "InvoiceImported" } == 1)
    }
  }

  @Test func `what streams out ends with its token and with its session`() async throws {
    try await withBureau { bureau in
      let world = bureau.world, robin = try bureau.administrator
      let place = Place(bureau: try bureau.company.place.bureau), clock = world.clock
      let made = try await token(bureau, at: []) { $0.verbs = ["read"] }
      let kim = try await bureau.accountant("Kim")
      let watch = StreamWatch(
        access: Access(
          database: try world.database, sessionLimits: world.sessionLimits, now: { clock.now }),
        commands: try world.server.commands, interval: .milliseconds(1))
      func streaming(_ secret: String) async -> Task<Void, any Error> {
        var call = CallContext(requestID: "stream")
        call.secretHash = Access.hash(secret)
        let opened = call
        let (begun, start) = AsyncStream<Void>.makeStream()
        let task = Task {
          try await watch.guarding("bureau.v1.TenancyService/GetBureau", opened, at: place) {
            start.finish()
            // As an export does whose reader reads no further.
            for await _ in AsyncStream<Void>.makeStream().stream {}
            try Task.checkCancellation()
          }
        }
        for await _ in begun {}
        return task
      }
      let byToken = await streaming(made.secret)
      let bySession = await streaming(try await kim.token())
      _ = try await robin.calls { connection, metadata in
        try await connection.tenancy.deleteToken(
          .with {
            $0.name = made.name
            $0.requestID = "revoke"
          }, metadata: metadata)
      }
      await #expect(throws: IdentityError.unauthenticated) { try await byToken.value }
      let name = kim.name
      _ = try await robin.calls { connection, metadata in
        try await connection.identity.endSessions(
          .with {
            $0.name = name
            $0.requestID = "end"
          }, metadata: metadata)
      }
      await #expect(throws: IdentityError.unauthenticated) { try await bySession.value }
    }
  }

  @Test func `each method is in a group that a token can name`() throws {
    var text = "What a token can be limited to: groups of methods, each method alone, or both.\n"
    for verb in Verb.allCases {
      text += "\n\(verb.rawValue)\n"
      for rule in AccessTable.rules where rule.verb == verb { text += "  \(rule.shortMethod)\n" }
    }
    text += "\nwhatever the token says\n"
    for rule in AccessTable.rules where rule.verb == nil { text += "  \(rule.shortMethod)\n" }
    try Golden.compare(text, with: "token-verbs.txt")
    #expect(AccessTable.verbs.isSuperset(of: ["read", "PaymentService/ImportInvoice"]))
  }
}
