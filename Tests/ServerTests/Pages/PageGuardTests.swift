import BureauAPI
import EngineKit
import Foundation
import NIOHTTP1
import Sandbox
import TestKit
import Testing

/// What the pages refuse: forms of others, cookies of others, the wrong paths.
@Suite struct PageGuardTests {
  private func withPage(
    _ body: @Sendable (PageVisitor, VisitedPage, TestBureau) async throws -> Void
  ) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: bureau.world) { visitor in
        try await body(visitor, try await visitor.follows(link), bureau)
      }
    }
  }

  @Test func `a form without its own secret, or from another site, starts nothing`() async throws {
    try await withPage { visitor, page, bureau in
      let (path, form) = try visitor.filled("/sign", "elsewhere", on: page)
      let without = form.filter { $0.0 != "form" }
      let wrong = without + [("form", String(form[0].1.reversed()))]
      let tries: [(form: [(String, String)], site: String?)] = [
        (without, nil), (wrong, nil), (form, "cross-site"), (form, "same-site"), (form, "none"),
      ]
      for (fields, site) in tries {
        let headers: HTTPHeaders = site.map { ["sec-fetch-site": $0] } ?? [:]
        let refused = try await visitor.asks(.POST, path, form: fields, headers: headers)
        #expect(refused.status == 403)
        #expect(try refused.heading == "This visit has ended")
      }
      #expect(await bureau.world.bankID.pendingOrders().isEmpty)
      let taken = try await visitor.asks(
        .POST, path, form: form, headers: ["sec-fetch-site": "same-origin"])
      #expect(taken.status == 303)
      #expect(await bureau.world.bankID.pendingOrders().count == 1)
    }
  }

  @Test func `a cookie that was changed, or belongs to another visit, opens nothing`() async throws
  {
    try await withPage { visitor, page, bureau in
      let own = try #require(visitor.cookies.first { $0.key.hasPrefix("__Host-visit-") })
      var letters = Array(own.value)
      letters[letters.count / 2] = letters[letters.count / 2] == "A" ? "B" : "A"
      visitor.gets(cookies: [own.key: String(letters)])
      #expect(try await visitor.asks(.GET, page.path).status == 403)
      visitor.gets(cookies: ["__Host-visit-AAAAAAAAAAAA": own.value])
      #expect(try await visitor.asks(.GET, "/v/AAAAAAAAAAAA").status == 403)
      visitor.gets(cookies: [own.key: own.value])
      #expect(try await visitor.asks(.GET, page.path).status == 200)
    }
  }

  @Test func `cookies are the browser's alone, for this host, and for no other site`() async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: bureau.world) { visitor in
        let path = String(link.dropFirst(try bureau.world.pagesURL.count))
        let opened = try await visitor.asks(.GET, path)
        let chosen = try await visitor.asks(.GET, "/?lang=sv")
        let cookies = opened.headers["set-cookie"] + chosen.headers["set-cookie"]
        #expect(cookies.count == 2)
        for cookie in cookies {
          #expect(cookie.hasPrefix("__Host-"))
          let parts = Set(
            cookie.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) })
          #expect(parts.isSuperset(of: ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"]))
          #expect(!cookie.contains("Domain"))
        }
      }
    }
  }

  @Test func `who comes from another site gets the cookie sent by asking once more`() async throws {
    try await withPage { visitor, page, _ in
      let cookies = visitor.cookies
      visitor.forgetsCookies()
      let cross: HTTPHeaders = ["sec-fetch-site": "cross-site"]
      let bounced = try await visitor.asks(.GET, page.path, headers: cross)
      #expect(bounced.status == 200)
      let next = try #require(
        try bounced.finds(#"<meta http-equiv="refresh" content="0; url=([^"]*)">"#).first)
      #expect(next == page.path + "?again=1")
      // Once only.
      #expect(try await visitor.asks(.GET, next, headers: cross).status == 403)
      visitor.gets(cookies: cookies)
      #expect(try await visitor.asks(.GET, next).status == 200)
    }
  }

  @Test func `a browser keeps no more than six visits`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: bureau.world) { visitor in
        for minute in 10..<19 {
          try await bureau.turnClock(to: "2026-03-02T08:\(minute):00Z")
          #expect(try await visitor.follows(link).status == 200)
        }
        #expect(visitor.cookies.count == 6)
        // Those that are over go first.
        try await bureau.turnClock(to: "2026-03-02T08:46:30Z")
        #expect(try await visitor.follows(link).status == 200)
        #expect(visitor.cookies.count == 3)
      }
    }
  }

  @Test(arguments: [
    ("GET", "/nothing"), ("GET", "/v/abc/other"), ("POST", "/"), ("DELETE", "/v/abc"),
    ("GET", "/a"), ("GET", "/v/abc/sign"), ("GET", "//evil.example/x"),
  ])
  func `there is nothing at other paths and for other methods`(method: String, path: String)
    async throws
  {
    try await withBureau { bureau in
      try await PageVisitor.run(in: bureau.world) { visitor in
        let page = try await visitor.asks(HTTPMethod(rawValue: method), path)
        #expect(page.status == 404)
        #expect(try page.heading == "There is no such page")
      }
    }
  }

  @Test func `choosing a language leads nowhere else`() async throws {
    try await withBureau { bureau in
      try await PageVisitor.run(in: bureau.world) { visitor in
        // Path and query as they come; the host must stay ours.
        let page = try await visitor.asks(.GET, "/?lang=nb")
        #expect(page.status == 303)
        #expect(page.headers.first(name: "location") == "/")
        #expect(try await visitor.goes(to: "/").text.contains("<html lang=\"nb\">"))
        #expect(try await visitor.asks(.GET, "/?lang=de").status == 200)
      }
    }
  }

  @Test func `a form beyond its bound is refused`() async throws {
    try await withPage { visitor, page, bureau in
      var (path, form) = try visitor.filled("/sign", "elsewhere", on: page)
      form.append(("more", String(repeating: "x", count: 9_000)))
      #expect(try await visitor.asks(.POST, path, form: form).status == 413)
      #expect(await bureau.world.bankID.pendingOrders().isEmpty)
    }
  }

  @Test func `HEAD is answered like GET, without a body`() async throws {
    try await withBureau { bureau in
      try await PageVisitor.run(in: bureau.world) { visitor in
        let page = try await visitor.asks(.HEAD, "/")
        #expect(page.status == 200)
        #expect(page.text.isEmpty)
      }
    }
  }
}
