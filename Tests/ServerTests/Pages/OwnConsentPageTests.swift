import BureauAPI
import EngineKit
import Foundation
import NIOHTTP1
import Primitives
import Sandbox
import SwiftProtobuf
import TestKit
import Testing

/// A person's own consents, after a login with BankID on the page.
@Suite(.everyEngine) struct OwnConsentPageTests {
  /// Logs in on the page and returns the list.
  private func logIn(
    _ visitor: PageVisitor, _ person: Person
  ) async throws -> VisitedPage {
    let page = try await visitor.goes(to: "/b/\(person.bureau.id.hex)")
    #expect(try page.heading == "Your consents")
    let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
    #expect(try waiting.heading == "Log in with BankID")
    try await person.approvesInApp()
    return try await visitor.goes(to: waiting.path)
  }

  private func states(_ office: Office) async throws -> [Bureau_V1_Consent.State] {
    let parent = try office.bureau.company.name
    return try await office.alex.calls { connection, metadata in
      try await connection.consents.listConsents(.with { $0.parent = parent }, metadata: metadata)
    }.consents.map(\.state)
  }

  @Test func `a person sees the consents of their own and revokes one after a second question`()
    async throws
  {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      try await max.consents()
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let list = try await logIn(visitor, office.alex)
        #expect(list.status == 200)
        #expect(list.words.contains("Nordlys Verksted AS"))
        #expect(list.words.contains("2026-08-29"))
        // Max's is not hers to see.
        #expect(try list.finds(#"(class="card")"#).count == 1)
        let ask = try #require(try list.finds(#"href="([^"]*/revoke[^"]*)""#).first)
          .replacing("&amp;", with: "&")
        let asked = try await visitor.goes(to: ask)
        #expect(try asked.heading == "Revoke this consent?")
        #expect(try await states(office) == [.active, .active])
        let after = try await visitor.presses("/revoke", on: asked)
        #expect(after.words.contains("You have no consents in force."))
        #expect(after.words.contains("Revoked"))
        #expect(
          try await states(office).sorted { $0.rawValue < $1.rawValue } == [.active, .revoked])
      }
    }
  }

  @Test func `another's consent cannot be revoked, whoever names it (C-05)`() async throws {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        try await PageVisitor.run(in: office.bureau.world) { other in
          let hers = try await logIn(other, office.alex)
          let ask = try #require(try hers.finds(#"href="([^"]*/revoke[^"]*)""#).first)
            .replacing("&amp;", with: "&")
          let query = try #require(ask.split(separator: "?").last)
          try await max.consents()
          let list = try await logIn(visitor, max)
          #expect(try await visitor.asks(.GET, list.path + "/revoke?" + query).status == 404)
          let fields = query.split(separator: "&").map { $0.split(separator: "=") }
            .map { (String($0[0]), String($0[1])) }
          let (_, form) = try visitor.filled("/leave", on: list)
          let refused = try await visitor.asks(.POST, list.path + "/revoke", form: form + fields)
          #expect(refused.status == 404)
          #expect(try await states(office) == [.active, .active])
        }
      }
    }
  }

  @Test func `somebody whom the bureau does not know sees nothing, and so it is with no bureau`()
    async throws
  {
    try await withOffice { office in
      let stranger = try office.bureau.stranger(), own = office.bureau.id.hex
      var waiting: [String] = []
      for bureau in [own, String(repeating: "0", count: 31) + "1"] {
        let seen = try await PageVisitor.run(in: office.bureau.world) { visitor in
          let page = try await visitor.goes(to: "/b/\(bureau)")
          let order = try await visitor.presses("/sign", "elsewhere", on: page)
          let seen = "\(order.status) \(try order.heading)"
          // Where there is no bureau nobody waits at BankID either: the order ends by itself.
          guard bureau == own else { return seen }
          try await office.bureau.world.bankID.approve(stranger.personalNumber)
          let refused = try await visitor.goes(to: order.path)
          #expect(refused.status == 403)
          #expect(try refused.heading == "No access")
          return seen
        }
        waiting.append(seen)
      }
      #expect(waiting.count == 2 && waiting[0] == waiting[1])
    }
  }

  @Test func `a session that is over, or left, shows nothing more`() async throws {
    try await withOffice { office in
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let list = try await logIn(visitor, office.alex)
        let cookies = visitor.cookies
        #expect(!list.text.contains("name=\"device\""))
        let home = try await visitor.presses("/leave", on: list)
        #expect(home.path == "/")
        #expect(visitor.cookies.isEmpty)
        // Also with the cookie of before: the server has forgotten the session.
        visitor.gets(cookies: cookies)
        let again = try await visitor.goes(to: list.path)
        #expect(again.text.contains("name=\"device\"") && !again.text.contains("Nordlys"))
        _ = try await logIn(visitor, office.alex)
        try await office.bureau.turnClock(to: "2026-03-02T08:06:00Z")
        let idle = try await logIn(visitor, office.alex)
        try await office.bureau.turnClock(to: "2026-03-02T08:12:00Z")
        #expect(try await visitor.goes(to: idle.path).text.contains("name=\"device\""))
      }
    }
  }
}
