import BureauAPI
import Domain
import Engine
import EngineKit
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Sessions seen and ended by their owner and by customer administrators.
@Suite(.everyEngine) struct SessionTests {
  private func sessions(
    of user: String, _ token: String, _ bureau: TestBureau
  ) async throws -> [Bureau_V1_Session] {
    try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.listSessions(
        .with { $0.parent = user }, metadata: ["authorization": "Bearer \(token)"])
    }.sessions
  }

  private func end(_ name: String, _ token: String, _ bureau: TestBureau) async throws {
    _ = try await Refused.calling {
      try await Connection(client: bureau.world.client).identity.deleteSession(
        .with { $0.name = name }, metadata: ["authorization": "Bearer \(token)"])
    }
  }

  @Test func `one's own sessions are listed and ended, another's are neither`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), own = "\(bureau.name)/users/-"
      let first = try await kim.logsIn().session, second = try await kim.logsIn().session
      let found = try await sessions(of: own, first.token, bureau)
      #expect(Set(found.map(\.name)) == [first.name, second.name])
      #expect(found.filter(\.current).map(\.name) == [first.name])
      #expect(found.map(\.token) == ["", ""])
      #expect(try await sessions(of: kim.name, first.token, bureau).count == 2)

      let robin = try bureau.administrator
      let foreign = try await robin.logsIn().session
      let kept = try await bureau.refusal { try await end(foreign.name, first.token, bureau) }
      #expect(kept.reason == "SESSION_NOT_FOUND")
      let hidden = try await bureau.refusal {
        try await sessions(of: robin.name, first.token, bureau)
      }
      #expect(hidden.reason == "ACCESS_DENIED")
      #expect(try await sessions(of: kim.name, foreign.token, bureau).count == 2)

      try await end(second.name, first.token, bureau)
      #expect(try await sessions(of: own, first.token, bureau).map(\.name) == [first.name])
      let gone = try await bureau.refusal { try await sessions(of: own, second.token, bureau) }
      #expect(gone.code == .unauthenticated)
    }
  }

  @Test func `a customer administrator ends a user's sessions at once, and a fact says so`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), robin = try bureau.administrator
      let one = try await kim.logsIn().session.token, two = try await kim.logsIn().session.token
      _ = try await robin.calls { connection, metadata in
        try await connection.identity.endSessions(
          .with {
            $0.name = kim.name
            $0.requestID = "end"
          }, metadata: metadata)
      }
      for token in [one, two] {
        let refused = try await bureau.refusal {
          try await sessions(of: "\(bureau.name)/users/-", token, bureau)
        }
        #expect(refused.code == .unauthenticated)
      }
      #expect(try await bureau.facts().last?.fact.name == "SessionsEnded")
      _ = try await robin.token()
      // Back in with a new login.
      _ = try await kim.logsIn()
    }
  }

  @Test func `sessions that have ended are swept at the next login`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), clock = bureau.world.clock
      for _ in 1...3 { try await kim.logsIn() }
      clock.turn(to: clock.now.adding(minutes: 6))
      let token = try await kim.logsIn().session.token
      #expect(try await sessions(of: "\(bureau.name)/users/-", token, bureau).count == 1)
      let id = bureau.id
      let rows = try await bureau.world.database.read(as: .bureau(TenantKey(id))) { tx in
        try tx.first("SELECT CAST(count(*) AS BIGINT) FROM session", as: Int.self)
      }
      #expect(rows == 1)
    }
  }
}
