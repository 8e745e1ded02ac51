import BureauAPI
import EngineKit
import Foundation
import NIOHTTP1
import Primitives
import Sandbox
import TestKit
import Testing

/// An approver's queue on a phone: over all companies, read, sent back or signed at once.
@Suite(.everyEngine) struct PaymentPageTests {
  private func logIn(_ visitor: PageVisitor, _ person: Person) async throws -> VisitedPage {
    let page = try await visitor.goes(to: "/p/\(person.bureau.id.hex)")
    #expect(try page.heading == "Payments to approve")
    let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
    #expect(try waiting.heading == "Log in with BankID")
    try await person.approvesInApp()
    return try await visitor.goes(to: waiting.path)
  }

  /// The queue's form with what is ticked, without those whose payee is left out.
  private func ticked(
    _ page: VisitedPage, _ visitor: PageVisitor, without left: [Bureau_V1_Payment] = []
  ) throws -> (path: String, form: [(String, String)]) {
    var (path, form) = try visitor.filled("/sign", "elsewhere", on: page)
    let keys = try page.finds(#"<input type="checkbox" id="[^"]*" name="([^"]*)" checked>"#)
    let leaving = Set(left.map { String($0.name.suffix(32)) })
    form += keys.filter { !leaving.contains(String($0.suffix(32))) }.map { ($0, "on") }
    return (path, form)
  }

  /// A second company where Alex is approver too.
  private func second(_ office: Office) async throws -> (TestCompany, Person) {
    let company = try await office.bureau.makeCompany("Annen AS")
    let kari = try await office.bureau.accountant("Kari", at: company)
    try await office.bureau.administrator.gives(office.alex, .approver, at: company)
    let agreement = try await kari.registersAgreement(signer: office.alex, at: company)
    try await office.alex.signs(agreement)
    try await office.alex.consents(at: company)
    return (company, kari)
  }

  @Test
  func
    `L-02, P-09 an approver signs what waits in all companies with one ceremony, and leaves out one`()
    async throws
  {
    try await withOffice { office in
      let (company, kari) = try await second(office)
      let first = try await office.kim.imports(SupplierInvoice())
      let left = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.amount = "10.00" })
      let other = try await kari.imports(
        SupplierInvoice(number: "3").with { $0.amount = "100.00" }, at: company)
      // Not complete: nobody can sign it yet.
      _ = try await office.kim.imports(SupplierInvoice(number: "4").with { $0.account = "" })
      try await office.alex.confirmsPayees(of: [first.name, left.name, other.name])
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let queue = try await logIn(visitor, office.alex)
        #expect(queue.words.contains("7265.00 NOK"))
        #expect(try queue.finds(#"(class="pay")"#).count == 3)
        #expect(queue.words.contains("Nordlys Verksted AS") && queue.words.contains("Annen AS"))
        // Nobody has paid any of them before.
        #expect(try queue.finds("(New payee)").count == 3)
        #expect(queue.text.utf8.count < 100_000)
        let (path, form) = try ticked(queue, visitor, without: [left])
        let waiting = try await visitor.goes(.POST, to: path, form: form)
        #expect(try waiting.heading == "Sign with BankID")
        try await office.alex.approvesInApp()
        let done = try await visitor.goes(to: waiting.path)
        #expect(try done.heading == "Signed" && done.words.contains("Payments signed: 2"))
        #expect(try await office.kim.sees(first).state == .signed)
        #expect(try await kari.sees(other).state == .signed)
        #expect(try await office.kim.sees(left).state == .proposalOpenItems)
        let rest = try await visitor.presses("/queue", on: done)
        #expect(try rest.finds(#"(class="pay")"#).count == 1)
        #expect(rest.words.contains("10.00 NOK") && !rest.words.contains("7155.00"))
      }
    }
  }

  @Test(arguments: ["nb", "sv", "en"])
  func `L-02 S-01 an approver approves by a code on the page, after a mistake, in every language`(
    language: String
  ) async throws {
    try await withOffice { office in
      let alex = office.alex
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      try await PageVisitor.run(in: office.bureau.world, language: language) { visitor in
        let login = try await visitor.goes(to: "/p/\(office.bureau.id.hex)")
        let waiting = try await visitor.presses("/sign", "elsewhere", on: login)
        try await alex.approvesInApp()
        let before = try await visitor.goes(to: waiting.path)
        // Without the phone conditions there is no such choice, and none can be forged.
        #expect(!before.text.contains(#"value="sms""#))
        let (path, form) = try ticked(before, visitor)
        let forged = form.map { ($0.0, $0.0 == "device" ? "sms" : $0.1) }
        let forgery = try await visitor.asks(.POST, path, form: forged)
        let reasons = [
          "nb": "Nummeret ditt står ikke i firmaets", "sv": "Ditt nummer står inte i företagets",
          "en": "Your number is not in the company's",
        ]
        let told = try #require(reasons[language])
        #expect(forgery.status == 409 && forgery.words.contains(told))
        try await alex.canSignBySMS()
        let queue = try await visitor.goes(to: before.path)
        #expect(queue.text.contains(#"value="sms""#))
        let (asking, code) = try await alex.receives {
          let (path, form) = try ticked(queue, visitor)
          return try await visitor.goes(
            .POST, to: path, form: form.map { ($0.0, $0.0 == "device" ? "sms" : $0.1) })
        }
        let headings = ["nb": "Skriv inn koden", "sv": "Skriv in koden", "en": "Enter the code"]
        #expect(try asking.heading == headings[language])
        #expect(asking.words.contains("+46*******67") && asking.words.contains("7155.00 NOK"))
        #expect(!asking.text.contains(code))
        #expect(asking.text.contains(#"autocomplete="one-time-code""#))
        #expect(asking.text.contains(#"<label for="code">"#))
        func enters(_ text: String, on page: VisitedPage) async throws -> VisitedPage {
          let (path, form) = try visitor.filled("/code", on: page)
          return try await visitor.goes(
            .POST, to: path, form: form.filter { $0.0 != "code" } + [("code", text)])
        }
        let wrong = try await enters(code == "000000" ? "000001" : "000000", on: asking)
        #expect(wrong.text.contains(#"role="alert""#) && wrong.words.contains(" 4"))
        #expect(try await office.kim.sees(payment).state == payment.state)
        let spaced = code.prefix(3) + " " + code.suffix(3)
        let done = try await enters(String(spaced), on: wrong)
        #expect(done.text.contains("message good"))
        #expect(try await office.kim.sees(payment).signerMethods == [.smsCode])
        // The same form once more changes nothing.
        let journals = try await office.bureau.journals()
        _ = try await enters(code, on: wrong)
        #expect(try await office.bureau.journals() == journals)
      }
    }
  }

  @Test func `L-02 a code on the page that is over leads back to what waits`() async throws {
    try await withOffice { office in
      let alex = office.alex
      try await alex.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let queue = try await logIn(visitor, alex)
        let (asking, code) = try await alex.receives {
          let (path, form) = try ticked(queue, visitor)
          return try await visitor.goes(
            .POST, to: path, form: form.map { ($0.0, $0.0 == "device" ? "sms" : $0.1) })
        }
        // Meanwhile a newer code is asked for elsewhere.
        try await office.bureau.turnClock(to: "2026-03-02T08:00:30Z")
        _ = try await alex.asksForCode(payment)
        let (path, form) = try visitor.filled("/code", on: asking)
        let refused = try await visitor.goes(
          .POST, to: path, form: form.filter { $0.0 != "code" } + [("code", code)])
        #expect(refused.status == 409)
        #expect(refused.words.contains("The code is no longer good, and nothing was approved."))
        #expect(try await office.kim.sees(payment).state == payment.state)
        let back = try await visitor.goes(to: queue.path)
        #expect(try back.heading == "Payments to approve")
        // What has changed since is not approved, and the page says so.
        try await office.bureau.turnClock(to: "2026-03-02T08:01:00Z")
        let (again, newest) = try await alex.receives {
          let (path, form) = try ticked(back, visitor)
          return try await visitor.goes(
            .POST, to: path, form: form.map { ($0.0, $0.0 == "device" ? "sms" : $0.1) })
        }
        try await office.bureau.administrator.setsBankSigning(of: alex, "")
        let (next, fields) = try visitor.filled("/code", on: again)
        let none = try await visitor.goes(
          .POST, to: next, form: fields.filter { $0.0 != "code" } + [("code", newest)])
        #expect(try none.heading == "Nothing was signed")
        #expect(none.words.contains("Payments signed: 0"))
        #expect(try await office.kim.sees(payment).state == payment.state)
      }
    }
  }

  @Test func `a line tells the account that was paid last and how many have signed`()
    async throws
  {
    try await withOffice { office in
      let alex = office.alex, max = try await office.bureau.approver("Max")
      try await max.consents()
      let first = try await office.kim.imports(SupplierInvoice())
      try await alex.signs(first)
      try await office.bureau.administrator.sets { $0.approvers = 2 }
      let second = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.account = "15032080119" })
      try await alex.confirmsPayees(of: [second.name])
      try await max.signs(second)
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let queue = try await logIn(visitor, alex)
        #expect(queue.words.contains("New account") && queue.words.contains("1 / 2"))
        let last = try #require(try queue.finds("Last paid to account</dt><dd>([^<]+)<").first)
        #expect(last.filter(\.isNumber) == "86011117947")
        #expect(try queue.finds(#"href="([^"]*/return[^"]*)""#).count == 1)
      }
    }
  }

  @Test
  func `E-02 what the bank has refused can be signed again, and is not offered to be sent back`()
    async throws
  {
    try await withOffice { office in
      office.bureau.world.bank.demandReference(
        of: try AccountNumber(form: .norwegian, text: "86011117947"))
      let payment = try await office.kim.imports(SupplierInvoice().with { $0.reference = "" })
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: "2026-03-16")
      #expect(try await office.kim.sees(payment).state == .error)
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let queue = try await logIn(visitor, office.alex)
        #expect(try queue.finds(#"(class="pay")"#).count == 1)
        #expect(try queue.finds(#"href="([^"]*/return[^"]*)""#).isEmpty)
      }
    }
  }

  @Test func `an approver sends a payment back with a reason, once`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      _ = try await office.kim.acknowledges(payment)
      try await office.alex.confirmsPayees(of: [payment.name])
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let queue = try await logIn(visitor, office.alex)
        let link = try #require(try queue.finds(#"href="([^"]*/return[^"]*)""#).first)
        let ask = try await visitor.goes(to: link)
        #expect(try ask.heading == "Reject the payment" && ask.words.contains("7155.00 NOK"))
        var (path, form) = try visitor.filled("/return", on: ask)
        form.append(("reason", "We never bought  this"))
        let after = try await visitor.goes(.POST, to: path, form: form)
        #expect(after.words.contains("We never bought this"))
        let seen = try await office.kim.sees(payment)
        #expect(seen.state == .proposalComplete && seen.returnReason == "We never bought this")
        // The same form once more is the same request.
        let journals = try await office.bureau.journals()
        _ = try await visitor.goes(.POST, to: path, form: form)
        #expect(try await office.bureau.journals() == journals)
      }
    }
  }

  @Test func `T a queue is its approver's alone, and naming foreign payments signs none`()
    async throws
  {
    try await withOffice { office in
      let company = try await office.bureau.makeCompany("Annen AS")
      let kari = try await office.bureau.accountant("Kari", at: company)
      let foreign = try await kari.imports(SupplierInvoice(), at: company)
      let own = try await office.kim.imports(SupplierInvoice(number: "2"))
      try await office.alex.confirmsPayees(of: [own.name])
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        // An accountant has nothing to sign.
        let none = try await logIn(visitor, office.kim)
        #expect(none.words.contains("Nothing waits for you."))
        visitor.forgetsCookies()
        let queue = try await logIn(visitor, office.alex)
        #expect(try queue.finds(#"(class="pay")"#).count == 1)
        var (path, form) = try ticked(queue, visitor, without: [own])
        let key = "p\(company.key).\(foreign.name.suffix(32))"
        form.append((key, "on"))
        let refused = try await visitor.goes(.POST, to: path, form: form)
        #expect(try refused.heading == "Not possible now")
        #expect(try await kari.sees(foreign).state == .proposalComplete)
        let link = "\(queue.path)/return?payment=\(key)"
        #expect(try await visitor.asks(.GET, link).status != 200)
      }
      // Without a login there is nothing to see, and a form of another page is not taken.
      try await PageVisitor.run(in: office.bureau.world) { visitor in
        let page = try await visitor.goes(to: "/p/\(office.bureau.id.hex)")
        #expect(!page.words.contains("Elbolaget"))
        let forged = try await visitor.asks(
          .POST, page.path + "/return", form: [("form", "x"), ("payment", "p.")])
        #expect(forged.status == 403)
      }
    }
  }
}
