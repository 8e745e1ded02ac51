import BureauAPI
import Connectors
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Payments approved by a code by SMS: the same order, the same digest, the same way on as BankID.
@Suite(.everyEngine) struct SigningCodeTests {
  /// An office whose approver can sign by SMS, with a payment that waits for nothing else.
  private func withPayment(
    _ body: @Sendable (Office, Bureau_V1_Payment) async throws -> Void
  ) async throws {
    try await withOffice { office in
      try await office.alex.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      try await body(office, payment)
    }
  }

  private func other(than code: String) -> String { code == "000000" ? "000001" : "000000" }

  /// A wrong try is refused, and recorded.
  private func failure(_ call: () async throws -> Bureau_V1_Order) async throws -> Refused {
    do { _ = try await call() } catch let refused as Refused { return refused }
    throw TestFault("was not refused")
  }

  @Test
  func
    `S-01 S-02 S-04 S-06 without both phone conditions nobody signs by SMS, each by its own error`()
    async throws
  {
    try await withOffice { office in
      let alex = office.alex, robin = try office.bureau.administrator
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      func refusal() async throws -> String {
        try await office.bureau.refusal { try await alex.asksForCode(payment) }.reason
      }
      #expect(try await refusal() == "SMS_COMPANY_NUMBER_MISSING")
      try await robin.setsBankSigning(of: alex, Person.mobile)
      #expect(try await refusal() == "SMS_PROFILE_NUMBER_MISSING")
      try await alex.entersPhone(Person.mobile)
      #expect(try await refusal() == "SMS_PROFILE_NUMBER_UNCONFIRMED")
      let code = try #require(try await alex.codes(sentTo: Person.mobile).first)
      try await alex.confirmsPhone(code)
      try await robin.setsBankSigning(of: alex, "+46701234568")
      #expect(try await refusal() == "SMS_NUMBERS_DIFFER")
      #expect(try await alex.approvalMessages().isEmpty)
      try await robin.setsBankSigning(of: alex, Person.mobile)
      #expect(try await alex.asksForCode(payment).method == .smsCode)
      #expect(try await alex.approvalMessages().count == 1)
    }
  }

  @Test
  func
    `L-02 S-01 a payment approved by a code is signed, sent and paid, and is called no BankID signature`()
    async throws
  {
    try await withPayment { office, payment in
      let (order, code) = try await office.alex.receives {
        try await office.alex.asksForCode(payment)
      }
      #expect(order.state == .pending && order.method == .smsCode && order.qrText.isEmpty)
      #expect(order.maskedNumber == "+46*******67" && order.autoStartToken.isEmpty)
      #expect(order.visibleText.contains("7155.00 NOK") && order.visibleText.contains("Elbolaget"))
      #expect(order.codeExpireTime.seconds == 1_772_438_700)
      let message = try #require(try await office.alex.approvalMessages().first?.text)
      #expect(message.contains("7155.00 NOK to Elbolaget AS ..") && message.contains(code))
      #expect(message.utf16.count <= 160 && !message.contains("#"))
      // Somebody who only holds the order's name gets nothing by it.
      #expect(try await office.alex.collects(order).state == .pending)
      let done = try await office.alex.confirms(order, code)
      #expect(done.state == .complete && done.results == [payment.name])
      let signed = try await office.kim.sees(payment)
      #expect(signed.state == .signed && signed.signers == [office.alex.name])
      #expect(signed.signerMethods == [.smsCode])
      let told = try await office.kim.calls { connection, metadata in
        try await connection.payments.listPaymentEvents(
          .with { $0.parent = payment.name }, metadata: metadata)
      }.events.map(\.text)
      #expect(told.contains { $0.contains("It was approved with a code by SMS: 7155.00 NOK") })
      #expect(!told.contains { $0.contains("BankID") })
      try await office.bureau.bankSettles(on: "2026-03-16")
      #expect(try await office.kim.sees(payment).state == .paid)
    }
  }

  @Test func `L-02 the code stands nowhere but in the message, and its evidence says whose it was`()
    async throws
  {
    try await withPayment { office, payment in
      let (order, code) = try await office.alex.receives {
        try await office.alex.asksForCode(payment)
      }
      let wrong = other(than: code)
      _ = try await failure { try await office.alex.confirms(order, wrong) }
      try await office.alex.confirms(order, code)
      let place = try office.bureau.company.place
      let facts = try await office.bureau.facts(of: try office.bureau.company)
      for entry in try await office.bureau.facts() + facts {
        let body = String(decoding: entry.body, as: UTF8.self)
        #expect(!body.contains(code) && !body.contains(wrong))
      }
      let logged = office.bureau.world.log.lines.flatMap { line in
        line.split { !$0.isLetter && !$0.isNumber }
      }
      #expect(!logged.contains(Substring(code)) && !logged.contains(Substring(wrong)))
      let signature = try #require(
        facts.compactMap { entry -> PaymentSignature? in
          if case .paymentSigned(let fact) = entry.fact { fact.signature } else { nil }
        }.first)
      #expect(signature.method == .sms)
      let kept = try #require(
        try await office.bureau.world.database.read(as: place.scope) { tx in
          try Blobs.load(signature.evidenceDigest, of: place, in: tx)
        })
      let evidence = try CodeEvidence(kept)
      #expect(evidence.user == signature.user && evidence.phone == "+46*******67")
      #expect(evidence.visibleText == order.visibleText && evidence.text.contains("######"))
      let line = "\(payment.name.suffix(32)) \(signature.rendered.digest.hexText)"
      #expect(String(decoding: evidence.nonVisibleData, as: UTF8.self).contains(line))
      #expect(!String(decoding: kept, as: UTF8.self).contains(Person.mobile))
    }
  }

  @Test func `L-02 a code signs once: the same request again is answered, another refused`()
    async throws
  {
    try await withPayment { office, payment in
      let (order, code) = try await office.alex.receives {
        try await office.alex.asksForCode(payment)
      }
      // A dry run tries the code and uses it not.
      #expect(try await office.alex.confirms(order, code, dryRun: true).state == .pending)
      let done = try await office.alex.confirms(order, code, id: "once")
      let journals = try await office.bureau.journals()
      #expect(try await office.alex.confirms(order, code, id: "once") == done)
      let twice = try await office.bureau.refusal { try await office.alex.confirms(order, code) }
      #expect(twice.reason == "SMS_CODE_USED")
      let wrong = other(than: code)
      let reused = try await office.bureau.refusal {
        try await office.alex.confirms(order, wrong, id: "once")
      }
      #expect(reused.reason == "REQUEST_ID_REUSED")
      #expect(try await office.bureau.journals() == journals)
    }
  }

  @Test func `L-02 a code has five tries, each recorded, and the sixth is refused, right or not`()
    async throws
  {
    try await withPayment { office, payment in
      let (order, code) = try await office.alex.receives {
        try await office.alex.asksForCode(payment)
      }
      let wrong = other(than: code)
      for left in (0..<5).reversed() {
        let refused = try await failure { try await office.alex.confirms(order, wrong) }
        #expect(refused.reason == "SMS_CODE_WRONG" && refused.fields == ["code"])
        #expect(refused.message.contains("\(left) more tries"))
      }
      let journals = try await office.bureau.journals()
      let sixth = try await office.bureau.refusal { try await office.alex.confirms(order, code) }
      #expect(sixth.reason == "SMS_CODE_TRIES")
      #expect(try await office.bureau.journals() == journals)
      #expect(try await office.kim.sees(payment).state == payment.state)
      let failed = try await office.bureau.facts().compactMap { entry -> SigningCodeFailed? in
        if case .signingCodeFailed(let fact) = entry.fact { fact } else { nil }
      }
      #expect(failed.map(\.triesLeft) == [4, 3, 2, 1, 0])
      #expect(Set(failed.map(\.reason)) == ["SMS_CODE_WRONG"])
      // Whoever guesses waits before the next code, however it is asked for.
      try await office.bureau.turnClock(to: "2026-03-02T08:00:31Z")
      let locked = try await office.bureau.refusal { try await office.alex.asksForCode(payment) }
      #expect(locked.reason == "TRIES_EXHAUSTED")
      try await office.bureau.turnClock(to: "2026-03-02T08:02:00Z")
      try await office.alex.approvesByCode(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }

  @Test func `L-02 a code ends after five minutes, and when another is sent`() async throws {
    try await withPayment { office, payment in
      let alex = office.alex
      let (first, code) = try await alex.receives { try await alex.asksForCode(payment) }
      let soon = try await office.bureau.refusal { try await alex.asksForCode(payment) }
      #expect(soon.reason == "SMS_CODE_TOO_SOON")
      try await office.bureau.turnClock(to: "2026-03-02T08:00:30Z")
      let (second, newer) = try await alex.receives { try await alex.asksForCode(payment) }
      let old = try await office.bureau.refusal { try await alex.confirms(first, code) }
      #expect(old.reason == "SMS_CODE_SUPERSEDED")
      try await office.bureau.turnClock(to: "2026-03-02T08:05:30Z")
      let late = try await office.bureau.refusal { try await alex.confirms(second, newer) }
      #expect(late.reason == "SMS_CODE_EXPIRED")
      #expect(try await alex.collects(second).state == .failed)
      #expect(try await office.kim.sees(payment).state == payment.state)
    }
  }

  @Test func `L-02 a code signs no other payments than those it was sent for`() async throws {
    try await withPayment { office, payment in
      let alex = office.alex
      let other = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.amount = "10.00" })
      let (_, code) = try await alex.receives { try await alex.asksForCode(payment) }
      try await office.bureau.turnClock(to: "2026-03-02T08:00:30Z")
      let (order, newer) = try await alex.receives { try await alex.asksForCode(payment, other) }
      let foreign = try await failure { try await alex.confirms(order, code) }
      #expect(foreign.reason == "SMS_CODE_OTHER_SET")
      #expect(try await office.kim.sees(other).state == other.state)
      let done = try await alex.confirms(order, newer)
      #expect(done.results == [payment.name, other.name])
    }
  }

  @Test func `L-02 a code is its person's, in the session that asked`() async throws {
    try await withPayment { office, payment in
      let alex = office.alex, max = try await office.bureau.approver("Max")
      let (order, code) = try await alex.receives { try await alex.asksForCode(payment) }
      let stranger = try await office.bureau.refusal { try await max.confirms(order, code) }
      #expect(stranger.reason == "ORDER_NOT_FOUND")
      alex.forgetsSession()
      let elsewhere = try await office.bureau.refusal { try await alex.confirms(order, code) }
      #expect(elsewhere.reason == "SMS_CODE_OTHER_SESSION")
      // An order with BankID takes no code.
      let scanned = try await alex.asksToSign([payment])
      let none = try await office.bureau.refusal { try await alex.confirms(scanned, code) }
      #expect(none.reason == "SMS_ORDER_WITHOUT_CODE")
    }
  }

  /// What may change between the code and its answer.
  enum Change: String, CaseIterable, Sendable {
    case role = "ACCESS_DENIED", consent = "CONSENT_MISSING"
    case payment = "PAYMENT_CHANGED_WHILE_SIGNING", company = "SMS_COMPANY_NUMBER_MISSING"
    case profile = "SMS_PROFILE_NUMBER_UNCONFIRMED", number = "SMS_NUMBER_CHANGED"
    case policy = "POLICY_SMS_SIGNING", cancelled = "ORDER_ENDED"
  }

  @Test(arguments: Change.allCases)
  func `S-01 S-06 what has changed since the code was sent is signed by nobody`(change: Change)
    async throws
  {
    try await withOffice { office in
      let alex = office.alex, robin = try office.bureau.administrator
      let company = try office.bureau.company
      let rita = try await office.bureau.reader("Rita")
      let role = try await robin.gives(rita, .approver, at: company)
      try await rita.consents()
      try await rita.canSignBySMS()
      let payment = try await office.kim.imports(SupplierInvoice())
      try await alex.confirmsPayees(of: [payment.name])
      let (order, code) = try await rita.receives { try await rita.asksForCode(payment) }
      switch change {
      case .role: try await robin.takesAway(role)
      case .consent:
        for consent in try await rita.seesConsents() where consent.user == rita.name {
          try await rita.revokes(consent: consent.name)
        }
      case .payment:
        try await office.kim.corrects(payment, "amount") {
          $0.amount.minorUnits = 715_501
          $0.amount.currencyCode = "NOK"
        }
      case .company: try await robin.setsBankSigning(of: rita, "")
      case .profile: try await rita.entersPhone("+46701234568")
      case .number: try await rita.canSignBySMS(number: "+46701234568")
      case .policy: try await robin.sets { $0.smsMayNotSign = true }
      case .cancelled:
        _ = try await rita.calls { connection, metadata in
          try await connection.identity.cancelOrder(
            .with { $0.name = order.name }, metadata: metadata)
        }
      }
      let before = try await office.bureau.facts(of: company).count
      let refused = try await office.bureau.refusal { try await rita.confirms(order, code) }
      #expect(refused.reason == change.rawValue)
      #expect(try await office.bureau.facts(of: company).count == before)
      #expect(try await office.kim.sees(payment).signers.isEmpty)
    }
  }
}
