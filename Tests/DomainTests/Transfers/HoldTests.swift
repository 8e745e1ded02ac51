import Domain
import Formats
import Primitives
import Testing

/// Invariant O: what the bank was sent and the database has lost.
@Suite struct HoldTests {
  private static func file(_ payments: [Payment], agreement: Agreement = .dnb) throws -> SentFile {
    let prepared = try TransferRules.preparing(
      key(50), payments, on: day("2026-03-31"), agreement: agreement, profile: .dnb,
      company: .norwegian, at: moment("2026-03-31T05:00:00Z"))
    return SentFile(
      messageID: key(50, Transfer.self).hex, bank: "dnb", digest: [5], content: prepared.content)
  }

  private static func unknown(_ change: (inout UnknownPayment) -> Void = { _ in })
    throws -> UnknownPayment
  {
    var unknown = try #require(try file([try Payment.example(49).signed()]).payments.first)
    change(&unknown)
    return unknown
  }

  @Test func `a file tells its payments as they were sent`() throws {
    let unknown = try Self.unknown()
    #expect(unknown.endToEndID == Instruction.endToEndID(of: key(49), number: 1))
    #expect(unknown.finding == .sent)
    #expect(unknown.creditorName == "Elbolaget AS")
    #expect(unknown.creditorAccount == PaymentTerms.complete.creditorAccount)
    #expect(unknown.amount == .nok(125_000))
    #expect(unknown.reference == "Invoice 17")
    #expect(unknown.date == day("2026-03-31"))
  }

  @Test(
    arguments: [
      PaymentState.proposalIncomplete, .proposalComplete, .acknowledged, .signed, .error, .deleted,
      .inDoubt, .processing,
    ])
  func `a payment that a file has sent is taken for sent, whatever state it is in`(
    state: PaymentState
  ) throws {
    let facts = HoldRules.recovering(
      try Self.file([try Payment.example().signed()]),
      payments: [key(40): Payment.example(40, state)], agreements: [.dnb], known: [])
    #expect(
      facts == [
        .transferRecovered(
          TransferRecovered(
            transfer: key(50), agreement: Agreement.dnb.id, fileDigest: [5],
            executionDate: day("2026-03-31"), items: [TransferItem(payment: key(40), number: 1)]))
      ])
  }

  @Test func `what is paid, sent under this number, or not the company's is unknown`() throws {
    let file = try Self.file([try Payment.example().signed()])
    let paid = try Payment.example().sent(.paid, newest: .executed)
    for payments in [[:], [paid.id: paid], [key(40): try Payment.example().sent()]] {
      let facts = HoldRules.recovering(
        file, payments: payments, agreements: [.dnb], known: [])
      #expect(facts.names == ["transferRecovered", "unknownPaymentFound"])
      guard case .transferRecovered(let recovered) = facts.first else { return }
      #expect(recovered.items.isEmpty)
    }
    // Without the agreement there is no transfer; the payment must not be sent all the same.
    let facts = HoldRules.recovering(
      file, payments: [key(40): Payment.example()], agreements: [.seb], known: [])
    #expect(facts.names == ["unknownPaymentFound"])
    let again = HoldRules.recovering(
      file, payments: [:], agreements: [], known: Set(file.payments.map(\.endToEndID)))
    #expect(again.isEmpty)
  }

  @Test func `a file that cannot be read is told and accounts for nothing`() {
    let file = SentFile(messageID: "x", bank: "dnb", digest: [], content: [1, 2])
    #expect(file.evidence.text.contains("cannot be read"))
    #expect(HoldRules.recovering(file, payments: [:], agreements: [.dnb], known: []).isEmpty)
  }

  @Test func `O a payment equal to an unknown one is not signed`() throws {
    let lost = try Self.unknown()
    let refusal = PaymentError.sentBefore(endToEndID: lost.endToEndID)
    #expect(throws: refusal) { try Payment.example().approving(with: [.dnb], besides: [lost]) }
    let other = PaymentTerms.complete.with { $0.amount = .nok(125_001) }
    _ = try Payment.example(40, .proposalComplete, other).approving(with: [.dnb], besides: [lost])
    // The very payment, whatever its values are now.
    #expect(throws: refusal) {
      try Payment.example(49, .proposalComplete, other).approving(with: [.dnb], besides: [lost])
    }
  }

  @Test func `what the bank does not tell counts as equal, but not all of it`() throws {
    let rendered = try Payment.example().approving(with: [.dnb]).rendered
    #expect(try Self.unknown { $0.reference = " invoice-17" }.mayBe(rendered))
    #expect(try Self.unknown { $0.reference = nil }.mayBe(rendered))
    #expect(try Self.unknown { $0.creditorAccount = nil }.mayBe(rendered))
    let foreign: [(inout UnknownPayment) -> Void] = [
      { $0.reference = "Invoice 18" }, { $0.amount = .nok(1) }, { $0.amount = nil },
      { $0.creditorAccount = accountNumber(.norwegian, "86011117947") },
      {
        $0.creditorAccount = nil
        $0.reference = nil
      },
    ]
    for change in foreign { #expect(try !Self.unknown(change).mayBe(rendered)) }
  }

  @Test func `O D a signed payment is told of when its twin becomes known, once and alone`() throws
  {
    let twin = try Self.unknown(), file = key(90, ReturnFile.self)
    let signed = try Payment.example().signed()
    let other = try Payment.example(
      41, .proposalComplete, PaymentTerms.complete.with { $0.amount = .nok(125_001) }
    ).signed()
    let found = [Fact.unknownPaymentFound(UnknownPaymentFound(payment: twin))]
    let facts = HoldRules.warning(after: found, signed: [signed, other], known: [:], file: file)
    guard case .alarmRaised(let alarm)? = facts.first else {
      Issue.record("no alarm")
      return
    }
    #expect(facts.count == 1)
    #expect(alarm.kind == .sentBefore && alarm.payment == signed.id && alarm.returnFile == file)
    #expect(alarm.text.contains(twin.endToEndID) && alarm.text.contains("was sent"))
    // Its twin was known before, is not known, or nobody has signed: nothing to tell.
    let known = [twin.endToEndID: UnknownPayment.Finding.sent]
    #expect(HoldRules.warning(after: found, signed: [signed], known: known).isEmpty)
    #expect(HoldRules.warning(after: [], signed: [signed], known: [:]).isEmpty)
    #expect(HoldRules.warning(after: found, signed: [.example()], known: [:]).isEmpty)
  }

  @Test func `O an entry of a payment that the company lacks holds it, once`() throws {
    let item = TransferItem(payment: key(49), number: 1)
    var reading = ReturnReading(
      kind: .notification, messageID: "B", answers: [], alarms: [])
    reading.answers = [
      BankAnswer(
        item: item, outcome: .executed(date: day("2026-03-31"), bankReference: "", amount: nil))
    ]
    let told = try Self.unknown { $0.finding = .executed }
    reading.told = [item: told]
    func facts(
      _ payments: [Payment] = [], known: [String: UnknownPayment.Finding] = [:],
      evidence: Set<String> = [], isBureauHeld: Bool = false
    ) -> [Fact] {
      HoldRules.suspecting(
        reading, from: "dnb",
        payments: Dictionary(uniqueKeysWithValues: payments.map { ($0.id, $0) }), known: known,
        evidence: evidence, isBureauHeld: isBureauHeld)
    }
    #expect(facts().names == ["unknownPaymentFound", "transfersHeld"])
    #expect(facts(isBureauHeld: true).names == ["unknownPaymentFound"])
    #expect(facts(known: [told.endToEndID: .sent]).names == ["unknownPaymentFound"])
    #expect(facts(known: [told.endToEndID: .executed]).isEmpty)
    #expect(facts([Payment.example(49)]).names == ["unknownPaymentFound", "transfersHeld"])
    #expect(facts([try Payment.example(49).sent()]).isEmpty)
    reading.answers = []
    reading.unknownMessageID = "m"
    #expect(facts().names == ["transfersHeld"])
    #expect(facts(evidence: ["file m"]).isEmpty)
  }

  // MARK: The ladder

  private static let hold = TransferHold(
    holdTime: monday, evidence: [HoldEvidence(.file, key: "file 1", text: "1")], unknown: [])

  private func refusal(
    _ hold: TransferHold = hold, digest: [UInt8] = hold.digest, reason: String = "Looked",
    unread: String? = nil
  ) -> HoldError? {
    do throws(HoldError) {
      _ = try HoldRules.releasing(hold, digest: digest, reason: reason, unread: unread)
      return nil
    } catch { return error }
  }

  @Test func `O a release is refused in this order`() {
    var ended = Self.hold
    ended.holdTime = nil
    #expect(refusal(ended, digest: [], reason: "", unread: "a.xml") == .notHeld)
    for reason in ["", " ", "a\nb", "–", String(repeating: "a", count: 501)] {
      #expect(refusal(digest: [], reason: reason, unread: "a.xml") == .reasonInvalid)
    }
    #expect(refusal(digest: [], unread: "a.xml") == .changed)
    #expect(refusal(unread: "a.xml") == .unread("a.xml"))
    #expect(refusal() == nil)
  }

  @Test func `the digest is of all that is listed, in any order`() throws {
    let one = HoldEvidence(.file, key: "1", text: ""),
      two = HoldEvidence(.answer, key: "2", text: "")
    let lost = try Self.unknown(), executed = try Self.unknown { $0.finding = .executed }
    func digest(_ evidence: [HoldEvidence], _ unknown: [UnknownPayment]) -> [UInt8] {
      TransferHold(holdTime: monday, evidence: evidence, unknown: unknown).digest
    }
    #expect(digest([one, two], [lost]) == digest([two, one], [lost]))
    let all = [
      digest([], []), digest([one], []), digest([two], []), digest([one], [lost]),
      digest([one], [executed]),
    ]
    #expect(Set(all).count == all.count)
  }

  @Test func `O only what is listed is dismissed, with a reason`() throws {
    let lost = try Self.unknown()
    #expect(throws: HoldError.unknownPaymentNotFound) {
      try HoldRules.dismissing("other-1", of: [lost], reason: "")
    }
    #expect(throws: HoldError.reasonInvalid) {
      try HoldRules.dismissing(lost.endToEndID, of: [lost], reason: "")
    }
    let facts = try HoldRules.dismissing(lost.endToEndID, of: [lost], reason: "Rent")
    #expect(facts.names == ["unknownPaymentDismissed"])
  }

  @Test func `evidence that is known, released or not, holds nothing anew`() {
    let one = HoldEvidence(.file, key: "1", text: ""), two = HoldEvidence(.file, key: "2", text: "")
    #expect(HoldRules.holding([], known: []).isEmpty)
    #expect(HoldRules.holding([one], known: ["1"]).isEmpty)
    #expect(
      HoldRules.holding([one, two, two], known: ["1"])
        == [.transfersHeld(TransfersHeld(evidence: [two]))])
  }
}

private func key<Of>(_ number: UInt8, _: Of.Type) -> ID<Of> { key(number) }
