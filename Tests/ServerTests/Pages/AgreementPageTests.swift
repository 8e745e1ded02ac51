import BureauAPI
import Connectors
import Domain
import EngineKit
import Foundation
import NIOHTTP1
import Primitives
import Sandbox
import Server
import SwiftProtobuf
import TestKit
import Testing

/// The pages for an agreement's signer, over real HTTPS, with the sandbox's BankID.
@Suite(.everyEngine) struct AgreementPageTests {
  /// A bureau with an agreement that has been sent to Alex.
  private struct Sent: Sendable {
    let bureau: TestBureau
    let kim: Person
    let alex: Person
    let agreement: Bureau_V1_Agreement
    let link: String
  }

  private func withLink(_ body: @Sendable (Sent) async throws -> Void) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await body(
        Sent(bureau: bureau, kim: kim, alex: alex, agreement: agreement, link: link))
    }
  }

  private func state(_ sent: Sent) async throws -> Bureau_V1_Agreement.State {
    try await agreement(sent).state
  }

  private func agreement(_ sent: Sent) async throws -> Bureau_V1_Agreement {
    let name = sent.agreement.name
    return try await sent.kim.calls { connection, metadata in
      try await connection.agreements.getAgreement(.with { $0.name = name }, metadata: metadata)
    }
  }

  private let linkRefused = "This link cannot be used"

  @Test func `the named person reads the text, signs with BankID, and it is live (A-10, A-11)`()
    async throws
  {
    try await withLink { sent in
      let world = sent.bureau.world
      try await PageVisitor.run(in: world) { visitor in
        let page = try await visitor.follows(sent.link)
        #expect(page.status == 200)
        // What is read here is what BankID shows, to the letter.
        let text = try #require(
          try page.finds(#"<div class="document" lang="en">(.*?)</div>"#).first)
        #expect(text == (try await agreement(sent).text))
        // The secret is out of sight from now on.
        #expect(!page.path.contains("/a/"))
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        #expect(waiting.path.hasSuffix("/order"))
        #expect(waiting.text.contains("<svg id=\"code\" role=\"img\""))
        try await sent.alex.approvesInApp()
        let done = try await visitor.goes(to: waiting.path)
        #expect(try done.heading == "Signed")
        #expect(try await state(sent) == .active)
        // And so it stays when the page is loaded again.
        #expect(try await visitor.goes(to: waiting.path).heading == "Signed")
      }
    }
  }

  @Test func `the message to the signer has the whole link in its text (A-10)`() async throws {
    try await withLink { sent in
      let messages = try sent.bureau.world.messenger.messages()
      let message = try #require(messages.first { $0.about == sent.agreement.name })
      #expect(message.link == sent.link)
      #expect(message.text?.hasSuffix(": " + sent.link) == true)
      #expect(sent.link.hasPrefix(try sent.bureau.world.pagesURL + "/a/"))
    }
  }

  @Test func `the code changes each second, and the script is told of it without a secret`()
    async throws
  {
    try await withLink { sent in
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        let state = waiting.path + "/state"
        let first = try await visitor.asks(.GET, state)
        #expect(first.headers.first(name: "content-type") == "application/json")
        let again = try await visitor.asks(.GET, state)
        #expect(first.text == again.text)
        try await sent.bureau.turnClock(to: "2026-03-02T08:00:01Z")
        let later = try await visitor.asks(.GET, state)
        #expect(later.text != first.text)
        struct State: Decodable {
          var state: String
          var hint: String
          var path: String
          var size: Int
        }
        let read = try JSONDecoder().decode(State.self, from: Data(later.text.utf8))
        #expect(read.state == "pending")
        #expect(read.hint == "Waiting for you to open BankID.")
        #expect(read.path.hasPrefix("M4 4h7"))
        try await sent.alex.approvesInApp()
        #expect(try await visitor.asks(.GET, state).text.contains(#""state":"over""#))
      }
    }
  }

  @Test(arguments: [
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "https://app.bankid.com/", true),
    ("Mozilla/5.0 (X11; Linux x86_64)", "bankid:///", false),
  ])
  func `BankID is opened on the same device, and a phone comes back to the page`(
    agent: String, start: String, comesBack: Bool
  ) async throws {
    try await withLink { sent in
      let headers: HTTPHeaders = ["user-agent": agent]
      try await PageVisitor.run(in: sent.bureau.world, headers: headers) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "here", on: page)
        let open = try #require(try waiting.finds(#"id="open" href="([^"]*)""#).first)
          .replacing("&amp;", with: "&")
        #expect(open.hasPrefix(start + "?autostarttoken="))
        let url = try #require(URLComponents(string: open))
        let token = url.queryItems?.first { $0.name == "autostarttoken" }?.value
        let back = url.queryItems?.first { $0.name == "redirect" }?.value
        let orders = await sent.bureau.world.bankID.pendingOrders()
        #expect(orders.map(\.autoStartToken) == [token])
        let wanted = try sent.bureau.world.pagesURL + waiting.path
        #expect(back == (comesBack ? wanted : "null"))
        try await sent.alex.approvesInApp()
        #expect(try await visitor.goes(to: waiting.path).heading == "Signed")
      }
    }
  }

  @Test func `BankID learns the address of the one who looks at the page`() async throws {
    try await withLink { sent in
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        _ = try await visitor.presses("/sign", "elsewhere", on: page)
        #expect(await sent.bureau.world.bankID.pendingOrders().map(\.endUserIP) == ["127.0.0.1"])
      }
    }
  }

  @Test func `a link that is used, replaced, unknown or none at all gets the same page`()
    async throws
  {
    try await withLink { sent in
      let world = sent.bureau.world
      func open(_ link: String) async throws -> VisitedPage {
        try await PageVisitor.run(in: world) { try await $0.follows(link) }
      }
      // Replaced by a newer one.
      _ = try await sent.kim.sends(sent.agreement)
      let links = try await sent.kim.pageLinks(about: sent.agreement.name)
      let newer = try #require(links.first { $0 != sent.link })
      let replaced = try await open(sent.link)
      #expect(replaced.status == 410)
      #expect(try replaced.heading == linkRefused)
      // Its ids, and another secret; and ids that nobody has.
      let wrong = try await open(String(newer.dropLast(4)) + "AAAA")
      let base = try world.pagesURL
      let unknown = try await open(
        base + "/a/" + String(repeating: "A", count: 64) + newer.suffix(43))
      let malformed = try await open(base + "/a/zzzz")
      // Used.
      try await PageVisitor.run(in: world) { visitor in
        let waiting = try await visitor.presses(
          "/sign", "elsewhere", on: try await visitor.follows(newer))
        try await sent.alex.approvesInApp()
        _ = try await visitor.goes(to: waiting.path)
      }
      #expect(try await state(sent) == .active)
      let used = try await open(newer)
      for page in [wrong, unknown, malformed, used] {
        #expect(page.status == replaced.status)
        #expect(page.text == replaced.text)
      }
      #expect(!replaced.text.contains("Nordlys") && !replaced.text.contains("Fjord"))
    }
  }

  @Test func `another person's BankID signs nothing and is told so (A-10)`() async throws {
    try await withLink { sent in
      let other = try await sent.bureau.approver("Max")
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        let before = try await sent.bureau.journals()
        try await other.approvesInApp()
        let refused = try await visitor.goes(to: waiting.path)
        #expect(refused.status == 403)
        #expect(refused.words.contains("Only the person to whom the link was sent can sign."))
        #expect(!refused.words.contains("Alex") && !refused.words.contains("Max"))
        // Asked again, it is the same answer.
        #expect(try await visitor.goes(to: waiting.path).text == refused.text)
        #expect(try await sent.bureau.journals() == before)
        // The named person can still sign.
        let again = try await visitor.presses(
          "/sign", "elsewhere", on: try await visitor.goes(to: page.path))
        try await sent.alex.approvesInApp()
        #expect(try await visitor.goes(to: again.path).heading == "Signed")
      }
    }
  }

  @Test func `whoever cancels, in BankID or on the page, may try again`() async throws {
    try await withLink { sent in
      let bankID = sent.bureau.world.bankID
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        try await bankID.decline(sent.alex.citizen.personalNumber)
        let over = try await visitor.goes(to: waiting.path)
        #expect(try over.heading == "Not signed")
        #expect(over.words.contains("You cancelled in BankID."))
        let second = try await visitor.presses(
          "/sign", "elsewhere", on: try await visitor.goes(to: page.path))
        #expect(await bankID.pendingOrders().count == 1)
        let back = try await visitor.presses("/cancel", on: second)
        #expect(back.path == page.path)
        #expect(await bankID.pendingOrders().isEmpty)
        // Another device instead withdraws the order of the first.
        let third = try await visitor.presses("/sign", "elsewhere", on: back)
        _ = try await visitor.presses("/sign", "here", on: third)
        #expect(await bankID.pendingOrders().count == 1)
      }
    }
  }

  @Test func `a code that nobody scans is renewed for three minutes, then no more`() async throws {
    try await withLink { sent in
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        let first = await sent.bureau.world.bankID.pendingOrders().map(\.reference)
        try await sent.bureau.turnClock(to: "2026-03-02T08:00:40Z")
        let renewed = try await visitor.goes(to: waiting.path)
        #expect(renewed.text.contains("<svg id=\"code\""))
        let second = await sent.bureau.world.bankID.pendingOrders().map(\.reference)
        #expect(second.count == 1 && second != first)
        try await sent.bureau.turnClock(to: "2026-03-02T08:03:30Z")
        let over = try await visitor.goes(to: waiting.path)
        #expect(over.words.contains("BankID was not opened in time."))
        #expect(await sent.bureau.world.bankID.pendingOrders().isEmpty)
      }
    }
  }

  @Test func `a BankID that does not answer is said to be so, and an order waits on`() async throws
  {
    try await withLink { sent in
      let bankID = sent.bureau.world.bankID
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        await bankID.setFault(.internalError, calls: 5, on: "sign")
        let down = try await visitor.presses("/sign", "elsewhere", on: page)
        #expect(down.status == 503)
        #expect(try down.heading == "BankID does not answer")
        await bankID.clearFaults()
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        await bankID.setFault(.internalError, calls: 5, on: "collect")
        let still = try await visitor.goes(to: waiting.path)
        #expect(still.words.contains("BankID does not answer just now."))
        await bankID.clearFaults()
        try await sent.alex.approvesInApp()
        #expect(try await visitor.goes(to: waiting.path).heading == "Signed")
      }
    }
  }

  @Test func `an order waits on while its visitor's address asks too often`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      try await world.restart(limiting: RateSettings(address: Rate(perMinute: 120)))
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: world) { visitor in
        let page = try await visitor.follows(link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        var isHeldBack = false
        for _ in 1...30 where !isHeldBack {
          let asked = try await visitor.goes(to: waiting.path)
          #expect(asked.status == 200)
          isHeldBack = asked.words.contains("BankID does not answer just now.")
        }
        #expect(isHeldBack)
        world.clock.turn(to: world.clock.now.adding(seconds: 10))
        try await alex.approvesInApp()
        #expect(try await visitor.goes(to: waiting.path).heading == "Signed")
      }
    }
  }

  @Test func `an unfinished visit ends after half an hour`() async throws {
    try await withLink { sent in
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        try await sent.bureau.turnClock(to: "2026-03-02T08:29:00Z")
        #expect(try await visitor.goes(to: page.path).status == 200)
        try await sent.bureau.turnClock(to: "2026-03-02T08:31:00Z")
        let ended = try await visitor.goes(to: page.path)
        #expect(ended.status == 403)
        #expect(try ended.heading == "This visit has ended")
        // The link itself still opens.
        #expect(try await visitor.follows(sent.link).status == 200)
      }
    }
  }

  @Test func `no secret of a link, of a visit or of BankID stands in the log or in a later page`()
    async throws
  {
    try await withLink { sent in
      let secrets = try await sent.alex.links(to: sent.agreement)
      try await PageVisitor.run(in: sent.bureau.world) { visitor in
        let page = try await visitor.follows(sent.link)
        let waiting = try await visitor.presses("/sign", "here", on: page)
        _ = try await visitor.follows(sent.link.replacing("/a/", with: "/a/x"))
        let orders = await sent.bureau.world.bankID.pendingOrders()
        let tokens = orders.flatMap { [$0.qrStartSecret, $0.qrStartToken] }
        let cookies = visitor.cookies.values.filter { $0.count > 20 }
        #expect(secrets.count == 1 && tokens.count == 2 && !cookies.isEmpty)
        for secret in secrets + tokens + Array(cookies) + [String(sent.link.suffix(80))] {
          #expect(!page.text.contains(secret) && !waiting.text.contains(secret))
          #expect(!sent.bureau.world.log.lines.contains { $0.contains(secret) })
        }
      }
      // Pages are logged, by their names.
      #expect(sent.bureau.world.log.lines.contains { $0.contains("agreement link") })
    }
  }
}
