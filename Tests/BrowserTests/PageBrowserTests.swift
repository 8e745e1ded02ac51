// The pages as a person meets them: in a real browser, with a real screen reader's view of them.

import BureauAPI
import Foundation
import Primitives
import Sandbox
import SwiftProtobuf
import TestKit
import Testing

@Suite(
  .serialized,
  .enabled(if: Browser.programs != nil, "chromium and chromium-driver are not installed"))
struct PageBrowserTests {
  private struct Sent: Sendable {
    let bureau: TestBureau
    let alex: Person
    let kim: Person
    let link: String
  }

  private func withLink(_ body: @Sendable (Sent) async throws -> Void) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await body(Sent(bureau: bureau, alex: alex, kim: kim, link: link))
    }
  }

  /// The words of one language that the test reads and presses.
  struct Words: Sendable, CustomTestStringConvertible {
    let language, title, other, here, open, waiting, signed, notSigned, again: String
    var testDescription: String { language }
  }

  static let words = [
    Words(
      language: "nb", title: "Bankavtale til signering", other: "BankID på en annen enhet",
      here: "BankID på denne enheten", open: "Åpne BankID",
      waiting: "Venter på at du åpner BankID.",
      signed: "Avtalen er signert", notSigned: "Ikke signert", again: "Prøv igjen"),
    Words(
      language: "sv", title: "Bankavtal att signera", other: "BankID på en annan enhet",
      here: "BankID på den här enheten", open: "Öppna BankID",
      waiting: "Väntar på att du öppnar BankID.",
      signed: "Avtalet är signerat", notSigned: "Inte signerat", again: "Försök igen"),
    Words(
      language: "en", title: "Bank agreement to sign", other: "BankID on another device",
      here: "BankID on this device", open: "Open BankID",
      waiting: "Waiting for you to open BankID.",
      signed: "Signed", notSigned: "Not signed", again: "Try again"),
  ]

  @Test(arguments: words, Screen.allCases)
  func `a signer opens the link, reads, starts BankID, signs and sees that it is done (A-10, A-11)`(
    words: Words, screen: Screen
  ) async throws {
    try await withLink { sent in
      try await Browser.run(screen, language: words.language) { browser in
        func pictures(_ name: String) async throws {
          try await Health.expectSound(browser)
          try await browser.pictures("\(screen.rawValue)-\(words.language)-\(name)")
        }
        try await browser.opens(sent.link)
        try await browser.sees(heading: words.title)
        // The secret has left the address.
        #expect(try await !browser.url.contains("/a/"))
        #expect(try await browser.title == "\(words.title) – Fjord Regnskap AS")
        #expect(
          try await browser.text(".document").hasPrefix("Bank agreement for outgoing payments"))
        try await pictures("1-agreement")
        try await browser.presses(screen == .phone ? words.here : words.other)
        try await browser.sees(words.waiting)
        try await pictures("2-waiting")
        // Declined in the app: told so, and free to try again.
        try await sent.bureau.world.bankID.decline(sent.alex.citizen.personalNumber)
        try await browser.sees(heading: words.notSigned)
        try await pictures("3-declined")
        try await browser.presses(words.again)
        try await browser.presses(words.other)
        try await browser.sees(words.waiting)
        try await pictures("4-code")
        try await sent.alex.approvesInApp()
        // By itself: nobody presses anything.
        try await browser.sees(heading: words.signed)
        try await pictures("5-signed")
        #expect(try await browser.complaints() == [])
        // And the link is of no more use.
        try await browser.opens(sent.link)
        _ = try await browser.text(".message.bad h1")
        try await pictures("6-used")
      }
    }
  }

  @Test(arguments: Screen.allCases)
  func
    `a signer goes to Norwegian BankID, comes back by the browser alone, and it is signed (A-10)`(
      screen: Screen
    ) async throws
  {
    try await withNorway { norway in
      let (kim, agreement, link) = try await norway.sendsAgreement()
      try await Browser.run(screen, language: "nb") { browser in
        func pictures(_ name: String) async throws {
          try await Health.expectSound(browser)
          try await browser.pictures("\(screen.rawValue)-nb-norway-\(name)")
        }
        try await browser.opens(link)
        try await browser.sees(heading: "Bankavtale til signering")
        try await pictures("1-agreement")
        try await browser.presses("Norsk BankID")
        try await browser.sees("Du kommer tilbake hit av deg selv.")
        try await pictures("2-open")
        try await browser.presses("Åpne BankID")
        // The identity provider's own page.
        try await browser.sees("Who are you?")
        try await browser.presses(norway.ingrid.name)
        // By itself: back, and on to the page that waits.
        try await browser.sees(heading: "Avtalen er signert")
        try await pictures("3-signed")
        // The provider's own pages, such as their icon, are not ours.
        let ours = try norway.bureau.world.pagesURL
        let complaints = try await browser.complaints().filter { $0.contains(ours) }
        #expect(complaints == [])
      }
      #expect(try await kim.sees(agreement).state == .active)
    }
  }

  @Test(arguments: Screen.allCases)
  func `a person logs in, sees the consents of their own, and revokes one`(screen: Screen)
    async throws
  {
    try await withOffice { office in
      try await Browser.run(screen) { browser in
        func pictures(_ name: String) async throws {
          try await Health.expectSound(browser)
          try await browser.pictures("\(screen.rawValue)-en-own-\(name)")
        }
        try await browser.opens(
          try office.bureau.world.pagesURL + "/b/\(office.bureau.id.hex)")
        try await browser.sees(heading: "Your consents")
        try await pictures("1-login")
        try await browser.presses("BankID on another device")
        try await browser.sees("Waiting for you to open BankID.")
        try await office.alex.approvesInApp()
        try await browser.sees("Nordlys Verksted AS")
        try await pictures("2-list")
        try await browser.presses("Revoke")
        try await browser.sees(heading: "Revoke this consent?")
        try await pictures("3-revoke")
        try await browser.presses("Yes, revoke it")
        try await browser.sees("You have no consents in force.")
        try await pictures("4-revoked")
        try await browser.presses("Log out")
        try await browser.sees(heading: "Signing")
        #expect(try await browser.complaints() == [])
      }
    }
  }

  @Test(arguments: Screen.allCases)
  func `an invited person gives a consent, and another says no`(screen: Screen) async throws {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      let parent = try office.bureau.company.name
      @Sendable func link() async throws -> String {
        let invitation = try await office.kim.calls { connection, metadata in
          try await connection.consents.createConsentInvitation(
            .with {
              $0.parent = parent
              $0.consentInvitation.user = max.name
              $0.consentInvitation.bank = "dnb"
              $0.consentInvitation.mobile = "+46701740605"
              $0.requestID = office.kim.newRequestID()
            }, metadata: metadata)
        }
        return try #require(try await office.kim.pageLinks(about: invitation.name).first)
      }
      let first = try await link()
      try await Browser.run(screen) { browser in
        func pictures(_ name: String) async throws {
          try await Health.expectSound(browser)
          try await browser.pictures("\(screen.rawValue)-en-consent-\(name)")
        }
        try await browser.opens(first)
        try await browser.sees(heading: "Personal consent")
        try await pictures("1-text")
        try await browser.presses("I do not want this")
        try await browser.sees(heading: "Say no?")
        try await pictures("2-decline")
        try await browser.presses("Say no")
        try await browser.sees(heading: "You have said no")
        try await pictures("3-declined")
        try await browser.opens(try await link())
        try await browser.presses("BankID on another device")
        try await browser.sees("Waiting for you to open BankID.")
        try await max.approvesInApp()
        try await browser.sees(heading: "Consent given")
        try await pictures("4-given")
        #expect(try await browser.complaints() == [])
      }
    }
  }

  @Test func `without scripts the page renews itself until it is signed`() async throws {
    try await withLink { sent in
      try await Browser.run { browser in
        try await browser.commands("Emulation.setScriptExecutionDisabled", ["value": true])
        try await browser.opens(sent.link)
        try await browser.presses("BankID on another device")
        try await browser.sees("The page renews itself.")
        try await sent.alex.approvesInApp()
        try await browser.sees(heading: "Signed")
      }
    }
  }

  @Test func `the code that the browser draws is the code that BankID reads`() async throws {
    try await withLink { sent in
      try await Browser.run { browser in
        try await browser.opens(sent.link)
        try await browser.presses("BankID on another device")
        try await browser.sees("Waiting for you to open BankID.")
        let path = "return document.querySelector('#code path').getAttribute('d')"
        let first = try await browser.runs(path).text
        #expect(first.hasPrefix("M4 4h7v1H4z"))
        // The script draws the code of the next second by itself.
        try await sent.bureau.turnClock(to: "2026-03-02T08:00:01Z")
        try await Health.expect(browser, "\(path.dropFirst("return ".count)) !== '\(first)'")
      }
    }
  }

  @Test func `everything can be reached and pressed by keyboard, and the focus is seen`()
    async throws
  {
    try await withLink { sent in
      try await Browser.run { browser in
        try await browser.opens(sent.link)
        try await browser.sees(heading: "Bank agreement to sign")
        var reached: [String] = []
        for _ in 0..<6 {
          try await browser.types("\u{E004}")
          reached.append(
            try await browser.runs("return document.activeElement.innerText.trim()").text)
          let outline = try await browser.runs(
            "return getComputedStyle(document.activeElement).outlineStyle")
          #expect(outline.text != "none", "\(reached)")
        }
        #expect(
          reached == [
            "Skip to content", "Norsk", "Svenska", "English", "BankID on another device",
            "BankID on this device",
          ])
        try await browser.types("\u{E007}")
        try await browser.sees("Open BankID")
      }
    }
  }

  @Test func `a screen reader is told where it is and what can be done`() async throws {
    try await withLink { sent in
      try await Browser.run { browser in
        try await browser.opens(sent.link)
        try await browser.sees(heading: "Bank agreement to sign")
        let top = [
          "link: Skip to content", "banner: ", "navigation: Language", "link: Norsk",
          "link: Svenska", "link: English", "main: ",
        ]
        #expect(
          try await browser.spoken() == ["RootWebArea: Bank agreement to sign – Fjord Regnskap AS"]
            + top + [
              "heading 1: Bank agreement to sign", "region: The text that you sign",
              "heading 2: The text that you sign", "region: Sign", "heading 2: Sign", "form: ",
              "button: BankID on another device", "button: BankID on this device",
              "link: I do not want this", "contentinfo: ",
            ])
        try await browser.presses("BankID on another device")
        try await browser.sees("Waiting for you to open BankID.")
        #expect(
          try await browser.spoken() == ["RootWebArea: Sign with BankID – Fjord Regnskap AS"] + top
            + [
              "heading 1: Sign with BankID", "image: QR code for BankID; it changes every second",
              "status: ", "form: ", "button: Use this device", "form: ", "button: Cancel",
              "contentinfo: ",
            ])
        // What is said there is said aloud when it changes.
        #expect(try await browser.text("[role=status][aria-live=polite]").hasPrefix("Waiting"))
      }
    }
  }

  @Test(arguments: [320, 640])
  func `nothing is wider than the window, at 320 pixels and at twice the size of text`(width: Int)
    async throws
  {
    try await withLink { sent in
      try await Browser.run { browser in
        try await browser.opens(sent.link)
        try await browser.resizes(width: width)
        for size in ["100%", "200%"] {
          try await browser.opens(sent.link)
          try await Health.expectFits(browser, width: width, text: size)
          try await browser.pictures("zoom-\(width)-\(size.dropLast())-agreement")
          try await browser.presses("BankID on another device")
          try await browser.sees("Waiting for you to open BankID.")
          try await Health.expectFits(browser, width: width, text: size)
          try await browser.pictures("zoom-\(width)-\(size.dropLast())-code")
        }
      }
    }
  }
}

/// What must hold on every page, measured by the browser.
enum Health {
  /// Bytes over the wire, contrast, sizes of what is pressed, one heading, a language.
  static func expectSound(_ browser: Browser) async throws {
    let weight = try await browser.runs(
      """
      return performance.getEntries().filter(e => e.entryType === 'navigation'
        || (e.entryType === 'resource' && e.initiatorType !== 'fetch'))
        .reduce((sum, e) => sum + e.decodedBodySize, 0)
      """)
    let bytes = try #require(weight.number)
    #expect(bytes > 3_000 && bytes < 100_000, "\(bytes) bytes")
    let faint = try await browser.runs(contrast)
    #expect(faint == .list([]))
    let small = try await browser.runs(
      """
      return [...document.querySelectorAll('button, main a')].map(e => e.getBoundingClientRect())
        .filter(r => r.height < 44 || r.width < 44).map(r => r.height + ' x ' + r.width)
      """)
    #expect(small == .list([]))
    let elsewhere = try await browser.runs(
      "return performance.getEntriesByType('resource').map(e => new URL(e.name).origin)"
        + ".filter(o => o !== location.origin)")
    #expect(elsewhere == .list([]))
    #expect(try await browser.runs("return document.querySelectorAll('h1').length") == 1)
  }

  /// No sideways scrolling (WCAG 1.4.4, 1.4.10).
  static func expectFits(_ browser: Browser, width: Int, text: String) async throws {
    _ = try await browser.runs("document.documentElement.style.fontSize = '\(text)'")
    let wide = try await browser.runs("return document.documentElement.scrollWidth")
    #expect(wide.number == Double(width), "at \(text)")
    let cut = try await browser.runs(
      """
      return [...document.querySelectorAll('body *')].filter(e => !e.closest('.skip')
        && !e.closest('noscript') && e.getBoundingClientRect().right > \(width) + 0.5)
        .map(e => e.outerHTML.slice(0, 80))
      """)
    #expect(cut == .list([]), "at \(text)")
  }

  /// Waits, within the driver's bound for scripts, until an expression holds.
  static func expect(_ browser: Browser, _ expression: String) async throws {
    let held = try await browser.waits(until: expression)
    #expect(held.flag, "\(expression)")
  }

  /// Texts with a contrast below 4.5 : 1 to what lies behind them (WCAG 1.4.3).
  private static let contrast = """
    const light = c => { const [r, g, b] = c.map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b };
    const parse = c => c.match(/[0-9.]+/g).map(Number);
    const behind = e => { for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
    return [...document.querySelectorAll('body *')]
      .filter(e => e.tagName !== 'NOSCRIPT' && [...e.childNodes]
        .some(n => n.nodeType === 3 && n.textContent.trim()))
      .map(e => { const a = light(parse(getComputedStyle(e).color).slice(0, 3)),
        b = light(behind(e));
        return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.slice(0, 40)] })
      .filter(p => p[0] < 4.5).map(p => p.join(' '))
    """
}
