import BureauAPI
import Connectors
import Domain
import Foundation
import GRPCCore
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Sessions, tokens, the bootstrap token, and what is never written down.
@Suite(.everyEngine) struct IdentityTests {
  private func session(
    _ token: String, _ bureau: TestBureau
  ) async throws -> Bureau_V1_Session {
    try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.getSession(
        .with { $0.name = "\(bureau.name)/sessions/-" },
        metadata: ["authorization": "Bearer \(token)"])
    }
  }

  // MARK: Sessions

  @Test func `a session ends when it is idle too long`() async throws {
    try await withBureau { bureau in
      let limit = bureau.world.sessionLimits.idleSeconds, clock = bureau.world.clock
      let token = try await bureau.administrator.logsIn().session.token
      clock.turn(to: clock.now.adding(seconds: limit - 1))
      _ = try await session(token, bureau)
      clock.turn(to: clock.now.adding(seconds: limit - 1))
      _ = try await session(token, bureau)
      clock.turn(to: clock.now.adding(seconds: limit))
      let refused = try await bureau.refusal { try await session(token, bureau) }
      #expect(refused.code == .unauthenticated)
      #expect(refused.reason == "SESSION_EXPIRED")
    }
  }

  @Test func `a session ends after its longest time, however busy it is`() async throws {
    try await withBureau { bureau in
      let limits = bureau.world.sessionLimits, clock = bureau.world.clock
      let token = try await bureau.administrator.logsIn().session.token
      let end = clock.now.adding(seconds: limits.absoluteSeconds)
      while clock.now.adding(minutes: 4) < end {
        clock.turn(to: clock.now.adding(minutes: 4))
        _ = try await session(token, bureau)
      }
      clock.turn(to: end)
      let refused = try await bureau.refusal { try await session(token, bureau) }
      #expect(refused.reason == "SESSION_EXPIRED")
    }
  }

  @Test func `who has logged out is out`() async throws {
    try await withBureau { bureau in
      let token = try await bureau.administrator.logsIn().session.token
      _ = try await Connection(client: bureau.world.client).identity.deleteSession(
        .with { $0.name = "\(bureau.name)/sessions/-" },
        metadata: ["authorization": "Bearer \(token)"])
      let refused = try await bureau.refusal { try await session(token, bureau) }
      #expect(refused.code == .unauthenticated)
    }
  }

  // MARK: Service users

  @Test func `a service user's token is told once, acts, expires, and is revoked at once (U-11)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let service = try await bureau.serviceUser("ERP", days: 2)
      let secret = service.token.secret
      #expect(secret.utf8.count >= 40)
      #expect(try await session(secret, bureau).user == service.name)

      let company = try bureau.company
      let request = office.kim.importRequest(SupplierInvoice(), at: company)
      let imported = try await office.kim.connection.payments.importInvoice(
        request, metadata: ["authorization": "Bearer \(secret)"])
      #expect(imported.state == .proposalComplete)

      let revoked = try await robin.issuesToken(to: service.name, days: 2)
      _ = try await session(revoked.secret, bureau)
      _ = try await robin.calls { connection, metadata in
        try await connection.tenancy.deleteToken(
          .with {
            $0.name = revoked.name
            $0.requestID = "revoke"
          }, metadata: metadata)
      }
      let gone = try await bureau.refusal { try await session(revoked.secret, bureau) }
      #expect(gone.code == .unauthenticated)

      try await bureau.turnClock(to: "2026-03-04T07:59:59Z")
      _ = try await session(secret, bureau)
      try await bureau.turnClock(to: "2026-03-04T08:00:00Z")
      let expired = try await bureau.refusal { try await session(secret, bureau) }
      #expect(expired.code == .unauthenticated)
    }
  }

  @Test func `a repeated request for a token does not tell the secret again`() async throws {
    try await withBureau { bureau in
      let service = try await bureau.serviceUser("ERP")
      let request = Bureau_V1_CreateTokenRequest.with {
        $0.parent = service.name
        $0.token.expireTime.seconds =
          bureau.world.clock.now.adding(days: 1).microseconds / 1_000_000
        $0.requestID = "token"
      }
      func ask() async throws -> Bureau_V1_Token {
        try await bureau.administrator.calls { connection, metadata in
          try await connection.tenancy.createToken(request, metadata: metadata)
        }
      }
      let first = try await ask(), second = try await ask()
      #expect(!first.secret.isEmpty)
      #expect(second.secret.isEmpty)
      #expect(second.name == first.name)
    }
  }

  @Test func `a person gets no token, and a token ends within 400 days`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let person = try await bureau.refusal { try await robin.issuesToken(to: robin.name, days: 1) }
      #expect(person.reason == "USER_NOT_SERVICE")
      let service = try await bureau.serviceUser("ERP")
      for days in [-1, 0, 401] {
        let refused = try await bureau.refusal {
          try await robin.issuesToken(to: service.name, days: days)
        }
        #expect(refused.reason == "TOKEN_LIFETIME_INVALID")
      }
    }
  }

  // MARK: Bootstrap

  @Test func `a bureau is made once, by who holds the bootstrap token (U-01)`() async throws {
    try await withBureau { bureau in
      let client = Connection(client: try bureau.world.client).tenancy
      let citizen = try bureau.stranger()
      var request = TestBureau.request("Nytt Regnskap AS", citizen: citizen, id: "bootstrap")
      func ask(_ request: Bureau_V1_CreateBureauRequest, _ token: String?) async throws
        -> Bureau_V1_Bureau
      {
        let metadata: Metadata = token.map { ["authorization": "Bearer \($0)"] } ?? [:]
        return try await Refused.calling {
          try await client.createBureau(request, metadata: metadata)
        }
      }
      bureau.world.bootstrap.issue("the token")
      for token in [nil, "another token"] {
        let sent = request
        let refused = try await bureau.refusal { try await ask(sent, token) }
        #expect(refused.reason == "BOOTSTRAP_REFUSED")
        #expect(refused.code == .permissionDenied)
      }
      request.validateOnly = true
      _ = try await ask(request, "the token")
      request.validateOnly = false
      let made = try await ask(request, "the token")
      #expect(try await ask(request, "the token") == made)

      var other = request
      other.bureau.displayName = "Annet navn AS"
      let changed = other
      let reused = try await bureau.refusal { try await ask(changed, "the token") }
      #expect(reused.reason == "REQUEST_ID_REUSED")
      other.requestID = "bootstrap-2"
      let again = other
      let spent = try await bureau.refusal { try await ask(again, "the token") }
      #expect(spent.reason == "BOOTSTRAP_REFUSED")
    }
  }

  private static let lacking: [(String, @Sendable (inout Bureau_V1_Company) -> Void)] = [
    ("ORGANISATION_NUMBER_INVALID", { $0.organisationNumber = "123456789" }),
    ("FIELD_MISSING", { $0.displayName = "" }),
    ("FIELD_MISSING", { $0.organisationNumber = "" }),
    ("FIELD_MISSING", { $0.address.street = "" }),
    ("FIELD_MISSING", { $0.address.postalCode = "" }),
    ("FIELD_MISSING", { $0.address.town = "" }),
  ]

  @Test(arguments: Self.lacking)
  func `a company that lacks one of five fields is refused (U-03)`(
    reason: String, change: @Sendable (inout Bureau_V1_Company) -> Void
  ) async throws {
    try await withBureau { bureau in
      var request = Bureau_V1_CreateCompanyRequest.with {
        $0.parent = bureau.name
        $0.company.displayName = "Nye AS"
        $0.company.organisationNumber = Numbers.organisation(78)
        $0.company.countryCode = "NO"
        $0.company.address.street = "Havnegata 1"
        $0.company.address.postalCode = "8006"
        $0.company.address.town = "Bodø"
        $0.requestID = "company"
      }
      change(&request.company)
      let sent = request
      let refused = try await bureau.refusal {
        try await bureau.administrator.calls { connection, metadata in
          try await connection.tenancy.createCompany(sent, metadata: metadata)
        }
      }
      #expect(refused.reason == reason)
    }
  }

  // MARK: What is never written down

  @Test func `national ids and secrets stand in no log line and in no fact`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let service = try await bureau.serviceUser("ERP")
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      _ = try await bureau.refusal { try await office.kim.startsSigning(payment) }
      _ = try await bureau.refusal { try await session("guessed-secret", bureau) }
      try await bureau.bankSettles(on: "2026-03-16")
      _ = try await office.kim.posts(payment)

      let people = [try bureau.administrator, office.kim, office.alex]
      var secrets = people.flatMap { person in
        let digits = person.citizen.personalNumber.digits
        return [digits, String(digits.dropFirst(2))]
      }
      for person in people { secrets.append(try await person.token()) }
      secrets += try bureau.world.messenger.messages().map(\.secret)
      secrets += [service.token.secret, "guessed-secret", "bootstrap-1"]

      let log = bureau.world.log.lines.joined(separator: "\n")
      #expect(log.contains("PaymentService"))
      var journal = ""
      for company in [nil, try bureau.company] {
        for entry in try await bureau.facts(of: company) {
          journal += String(decoding: entry.envelope + entry.body, as: UTF8.self)
        }
      }
      #expect(journal.contains("Elbolaget AS"))
      for secret in secrets {
        #expect(!log.contains(secret))
        #expect(!journal.contains(secret))
      }
    }
  }
}
