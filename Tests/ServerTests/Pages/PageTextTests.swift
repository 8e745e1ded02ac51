import BureauAPI
import Connectors
import EngineKit
import Foundation
import NIOHTTP1
import Sandbox
import Server
import TestKit
import Testing

/// Words, languages and headers: every page, every language.
@Suite struct PageTextTests {
  @Test func `every text has its words in every language, once`() {
    var seen: Set<PageText> = []
    for row in PageText.table {
      #expect(seen.insert(row.text).inserted, "\(row.text) stands twice")
      for words in [row.nb, row.sv, row.en] {
        #expect(!words.trimmingCharacters(in: .whitespaces).isEmpty, "\(row.text)")
        #expect(words == words.trimmingCharacters(in: .whitespaces), "\(row.text)")
      }
      for language in PageLanguage.allCases {
        #expect(!row.text(language).isEmpty)
      }
    }
    #expect(Set(PageText.allCases).subtracting(seen).isEmpty, "texts without words")
    #expect(seen.count == PageText.table.count)
  }

  @Test func `templates speak only by the table`() throws {
    let known = Set(PageText.allCases.map(\.rawValue))
    for (name, source) in PageRenderer.sources {
      let used = source.matches(of: /\{\{t\.(\w+)\}\}/).map { String($0.output.1) }
      #expect(Set(used).subtracting(known).isEmpty, "\(name)")
      // Words outside of tags and places would be the same in every language.
      let rest = source.replacing(/\{\{\{?[^}]*\}?\}\}/, with: "").replacing(/<[^>]*>/, with: "")
      let letters = rest.filter(\.isLetter)
      #expect(letters.isEmpty, "\(name): \(letters)")
    }
  }

  @Test func `every hint of BankID has words of its own`() {
    #expect(BankIDHint.known.count == 14)
    for hint in BankIDHint.known {
      #expect(BankIDHint(userMessage: hint.userMessage) == hint)
      let code = "hint" + hint.code.prefix(1).uppercased() + hint.code.dropFirst()
      #expect(PageText(rawValue: code) != nil, "\(hint.code)")
    }
  }

  @Test(arguments: [
    ("sv-SE,sv;q=0.9,en;q=0.8", PageLanguage.swedish), ("nn-NO", .norwegian), ("no", .norwegian),
    ("de,en;q=0.1,nb;q=0.2", .norwegian), ("fi", .english), ("", .english), ("*", .english),
    ("en;q=0,sv;q=0.001", .swedish), ("sv;q=x,nb;q=0.5", .norwegian),
    ("sv;q=0.4,nb;q=.5", .swedish),
    ("EN-gb,sv", .english),
  ])
  func `the reader's language is the best one of the browser's list`(
    header: String, language: PageLanguage
  ) {
    #expect(PageLanguage.preferred(header) == language)
  }
}

@Suite struct PageHeaderTests {
  private static let strict = [
    "content-security-policy":
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
      + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  ]

  @Test(arguments: PageLanguage.allCases)
  func `every page has the strict headers, its language, and nothing from elsewhere`(
    language: PageLanguage
  ) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      let path = String(link.dropFirst(try bureau.world.pagesURL.count))
      try await PageVisitor.run(in: bureau.world, language: language.rawValue) { visitor in
        var pages = [
          try await visitor.asks(.GET, "/"), try await visitor.asks(.GET, "/none"),
          try await visitor.asks(.GET, "/a/zz"), try await visitor.asks(.GET, "/v/abc"),
          try await visitor.asks(.GET, path),
        ]
        let page = try await visitor.follows(link)
        for device in ["here", "elsewhere"] {
          pages.append(try await visitor.presses("/sign", device, on: page))
        }
        try await bureau.world.bankID.decline(alex.citizen.personalNumber)
        let order = try #require(pages.last).path
        pages.append(try await visitor.goes(to: order))
        pages.append(try await visitor.presses("/sign", "elsewhere", on: page))
        try await alex.approvesInApp()
        pages.append(try await visitor.goes(to: order))
        pages.append(page)
        #expect(pages.map(\.status) == [200, 404, 410, 403, 200, 200, 200, 200, 200, 200, 200])
        for page in pages {
          for (name, value) in Self.strict {
            #expect(page.headers[name] == [value], "\(name) of \(page.path)")
          }
          #expect(page.headers["cache-control"] == ["no-store"])
          #expect(page.headers["content-type"] == ["text/html; charset=utf-8"])
          #expect(page.headers["content-language"] == [language.rawValue])
          #expect(page.headers["server"].isEmpty)
          #expect(page.text.hasPrefix("<!doctype html>\n<html lang=\"\(language.rawValue)\">"))
          try Self.expectSound(page)
          #expect(page.text.utf8.count < 20_000)
        }
        try await Self.expectAssets(of: pages, visitor)
      }
    }
  }

  /// What a screen reader and the policy ask of the text alone; the browser is asked in its tests.
  private static func expectSound(_ page: VisitedPage) throws {
    #expect(try page.finds("(<h1>)").count == 1)
    #expect(try page.finds("(<main )").count == 1)
    #expect(try page.finds("<title>([^<]+)</title>").count == 1)
    #expect(!page.text.contains("style=") && !page.text.contains("<style"))
    #expect(try page.finds("(<script(?! src=\"/assets/)[^>]*>)").isEmpty)
    #expect(try page.finds("( on[a-z]+=)").isEmpty)
    // Links and sources of our own only, but for BankID's app.
    let elsewhere = try page.finds(#"(?:href|src|action)="([^"/?#][^"]*)""#)
    #expect(elsewhere.allSatisfy { $0.hasPrefix("bankid:///") }, "\(elsewhere)")
    #expect(!page.text.contains("{{"))
  }

  private static func expectAssets(of pages: [VisitedPage], _ visitor: PageVisitor) async throws {
    let paths = Set(try pages.flatMap { try $0.finds(#"(?:href|src)="(/assets/[^"]*)""#) })
    #expect(paths.count == 3)
    var total = 0
    for path in paths {
      let asset = try await visitor.asks(.GET, path)
      #expect(asset.status == 200)
      #expect(asset.headers["cache-control"] == ["public, max-age=31536000, immutable"])
      #expect(asset.headers["x-content-type-options"] == ["nosniff"])
      total += asset.text.utf8.count
    }
    #expect(total < 30_000)
  }
}
