// The approver's queue in a real browser, on a phone and on a desk.

import BureauAPI
import Foundation
import Primitives
import Sandbox
import TestKit
import Testing

@Suite(
  .serialized,
  .enabled(if: Browser.programs != nil, "chromium and chromium-driver are not installed"))
struct PaymentPageBrowserTests {
  struct Words: Sendable, CustomTestStringConvertible {
    let language, title, other, details, new, waiting, signed: String
    var testDescription: String { language }
  }

  static let words = [
    Words(
      language: "nb", title: "Betalinger til godkjenning", other: "BankID på en annen enhet",
      details: "Detaljer", new: "Ny mottaker", waiting: "Venter på at du åpner BankID.",
      signed: "Signert"),
    Words(
      language: "sv", title: "Betalningar att godkänna", other: "BankID på en annan enhet",
      details: "Detaljer", new: "Ny mottagare", waiting: "Väntar på att du öppnar BankID.",
      signed: "Signerat"),
    Words(
      language: "en", title: "Payments to approve", other: "BankID on another device",
      details: "Details", new: "New payee", waiting: "Waiting for you to open BankID.",
      signed: "Signed"),
  ]

  @Test(arguments: words, Screen.allCases)
  func `L-02 an approver logs in, looks at a payment, signs the queue and sees that it is done`(
    words: Words, screen: Screen
  ) async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      let address = try office.bureau.world.pagesURL + "/p/\(office.bureau.id.hex)"
      try await Browser.run(screen, language: words.language) { browser in
        func pictures(_ name: String) async throws {
          try await Health.expectSound(browser)
          try await browser.pictures("\(screen.rawValue)-\(words.language)-queue-\(name)")
        }
        try await browser.opens(address)
        try await browser.sees(heading: words.title)
        try await pictures("1-login")
        try await browser.presses(words.other)
        try await browser.sees(words.waiting)
        try await office.alex.approvesInApp()
        try await browser.sees("7155.00 NOK")
        try await browser.sees(words.new)
        try await browser.pictures("\(screen.rawValue)-\(words.language)-queue-2-queue")
        _ = try await browser.runs("document.querySelector('details').open = true; return ''")
        try await browser.sees("8601.11.17947")
        try await pictures("3-details")
        try await browser.presses(words.other)
        try await browser.sees(words.waiting)
        try await office.alex.approvesInApp()
        try await browser.sees(heading: words.signed)
        try await pictures("4-signed")
        #expect(try await browser.complaints() == [])
      }
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }
}
