import Domain
import Policies
import Primitives
import Sealing
import Testing

struct SealTests {
  private static let monday = Instant(microseconds: 1_772_438_400_000_000)
  private static let bytes = Array("a batch".utf8)

  private static func secret(_ number: UInt8) throws -> SealingSecret {
    try SealingSecret(seed: [UInt8](repeating: number, count: 32))
  }

  private static func key(
    _ number: UInt8, end: Instant? = nil, revoked: Instant? = nil
  ) throws -> SigningKey {
    SigningKey(
      id: DomainTests.key(number), number: Int(number), publicKey: try secret(number).publicKey,
      maker: .client, createTime: monday, endTime: end, revokeTime: revoked)
  }

  private static func seal(_ number: UInt8, over bytes: [UInt8] = bytes) throws -> Seal {
    let secret = try secret(number)
    return Seal(
      keyFingerprint: secret.publicKey.fingerprint, signature: try secret.sign(bytes))
  }

  private func check(
    _ seal: Seal?, keys: [SigningKey], created: Instant = monday,
    requirement: CompanyPolicy.SealRequirement = .onceKeyExists
  ) throws {
    try SealRules.check(
      seal, over: Self.bytes, createTime: created, keys: keys, requirement: requirement,
      at: Self.monday)
  }

  @Test func `a seal of the current or an overlapping key holds (K-05)`() throws {
    try check(Self.seal(1), keys: [Self.key(1)])
    let overlapping = try Self.key(1, end: Self.monday.adding(seconds: 1))
    try check(Self.seal(1), keys: [overlapping, Self.key(2)])
    try check(Self.seal(2), keys: [overlapping, Self.key(2)])
  }

  @Test func `each fault of a seal has its refusal, in the order of the ladder (K-05)`() throws {
    let keys = [try Self.key(1)]
    #expect(throws: SealError.required) { try check(nil, keys: keys) }
    var short = try Self.seal(1)
    short.signature.removeLast()
    #expect(throws: SealError.malformed) { try check(short, keys: keys) }
    var unnamed = try Self.seal(1)
    unnamed.keyFingerprint = "current"
    #expect(throws: SealError.malformed) { try check(unnamed, keys: keys) }
    #expect(throws: SealError.keyUnknown) { try check(Self.seal(2), keys: keys) }
    #expect(throws: SealError.keyRevoked) {
      try check(Self.seal(1), keys: [Self.key(1, revoked: Self.monday)])
    }
    #expect(throws: SealError.keySuperseded) {
      try check(Self.seal(1), keys: [Self.key(1, end: Self.monday), Self.key(2)])
    }
    #expect(throws: SealError.broken) {
      try check(Self.seal(1, over: Array("a Batch".utf8)), keys: keys)
    }
    var others = try Self.seal(2)
    others.keyFingerprint = try Self.seal(1).keyFingerprint
    #expect(throws: SealError.broken) { try check(others, keys: keys) }
  }

  @Test(arguments: [
    (-Seal.maximumAgeSeconds, nil), (-Seal.maximumAgeSeconds - 1, SealError.tooOld),
    (Seal.maximumAheadSeconds, nil), (Seal.maximumAheadSeconds + 1, .ahead),
  ])
  func `a seal is good for a day`(seconds: Int, refusal: SealError?) throws {
    let created = Self.monday.adding(seconds: seconds)
    if let refusal {
      #expect(throws: refusal) {
        try check(Self.seal(1), keys: [Self.key(1)], created: created)
      }
    } else {
      try check(Self.seal(1), keys: [Self.key(1)], created: created)
    }
  }

  @Test func `a seal is demanded from the first key on, and a revoked key opens no door`() throws {
    try check(nil, keys: [])
    #expect(throws: SealError.required) {
      try check(nil, keys: [Self.key(1, revoked: Self.monday)])
    }
    #expect(throws: SealError.required) { try check(nil, keys: [], requirement: .always) }
    try check(nil, keys: [Self.key(1)], requirement: .never)
    // A seal that is there must hold, whether it is demanded or not.
    #expect(throws: SealError.keyUnknown) {
      try check(Self.seal(2), keys: [Self.key(1)], requirement: .never)
    }
  }
}

struct BatchTests {
  private func frame(_ change: (inout BatchFrame) -> Void = { _ in }) -> BatchFrame {
    var frame = BatchFrame(
      batchID: "B-1", createTime: Instant(microseconds: 1_772_438_400_000_000), saidCount: 3,
      sentCount: 3, saidTotals: [(30, "NOK"), (5, "SEK")],
      amounts: [(10, "NOK"), (5, "SEK"), (20, "NOK")])
    change(&frame)
    return frame
  }

  @Test func `a batch that says what it holds is taken`() throws {
    #expect(try frame().checked() == Instant(microseconds: 1_772_438_400_000_000))
  }

  private static let faults: [(BatchError, @Sendable (inout BatchFrame) -> Void)] = [
    (.idInvalid, { $0.batchID = "" }),
    (.idInvalid, { $0.batchID = String(repeating: "x", count: 65) }),
    (.idInvalid, { $0.batchID = "B 1" }), (.idInvalid, { $0.batchID = "B\n1" }),
    (.timeInvalid, { $0.createTime = nil }),
    (.empty, { ($0.sentCount, $0.saidCount) = (0, 0) }),
    (.tooLarge(limit: 500), { ($0.sentCount, $0.saidCount) = (501, 501) }),
    (.countWrong(said: 2, sent: 3), { $0.saidCount = 2 }),
    (.totalsWrong, { $0.saidTotals[0].minorUnits = 31 }),
    (.totalsWrong, { $0.saidTotals.removeLast() }),
    (.totalsWrong, { $0.saidTotals.append((5, "SEK")) }),
    (.totalsWrong, { $0.saidTotals.append((0, "EUR")) }),
    (
      .totalsWrong,
      {
        $0.amounts = [(Int64.max, "NOK"), (1, "NOK")]
        $0.saidTotals = [(Int64.min, "NOK")]
      }
    ),
  ]

  @Test(arguments: 0..<13)
  func `a batch that contradicts itself is refused`(number: Int) {
    let (refusal, change) = Self.faults[number]
    #expect(Self.faults.count == 13)
    #expect(throws: refusal) { try frame(change).checked() }
  }

  // MARK: Items

  private let today = CalendarDate(iso: "2026-03-02")

  private func read(_ change: (inout SubmittedPayment) -> Void = { _ in }) throws -> InvoiceReading
  {
    var values = PaymentCorrection()
    values.creditorName = "Elbolaget AS"
    values.creditorAccount = (.norwegian, "86011117947")
    values.amount = (715_500, "NOK")
    values.reference = (.kid, "20260010447106")
    values.dueDate = "2026-03-16"
    var item = SubmittedPayment(
      invoiceNumber: " 104471 ", organisationNumber: "988077917", countryCode: "NO",
      currencyCode: "NOK", values: values)
    change(&item)
    return try InvoiceReading(item, today: try #require(today))
  }

  @Test func `an accounting system's payment is read as its invoice would be (P-01)`() throws {
    let reading = try read()
    #expect(reading.number == "104471")
    // The same key as from the supplier's document: one invoice is paid once, by whatever way.
    #expect(reading.supplierKey == "org:988077917")
    #expect(reading.terms.missingFields.isEmpty)
    #expect(reading.warnings.isEmpty)
  }

  @Test func `what is left out stays to be filled in (P-07)`() throws {
    let reading = try read {
      $0.values.creditorName = nil
      $0.values.creditorAccount = nil
      $0.values.dueDate = nil
    }
    #expect(reading.terms.missingFields == ["creditor", "creditor_account", "due_date"])
    // Without a reference of its own the number is the message.
    #expect(try read { $0.values.reference = nil }.terms.reference?.text == "104471")
  }

  @Test func `an old due date is a warning`() throws {
    #expect(try read { $0.values.dueDate = "2026-03-01" }.warnings == [.overdue])
  }

  @Test func `what is given and wrong is refused`() {
    #expect(throws: BatchError.invoiceNumberInvalid) { try read { $0.invoiceNumber = " " } }
    #expect(throws: BatchError.invoiceNumberInvalid) { try read { $0.invoiceNumber = "1\n2" } }
    #expect(throws: BatchError.countryInvalid("Norge")) { try read { $0.countryCode = "Norge" } }
    #expect(throws: PaymentError.currencyUnknown("KR")) { try read { $0.currencyCode = "KR" } }
    #expect(throws: PaymentError.amountNotPositive) { try read { $0.values.amount = (0, "NOK") } }
    #expect(throws: PaymentError.amountTooLarge) {
      try read { $0.values.amount = (Payment.amountLimit, "NOK") }
    }
    #expect(throws: PaymentError.self) {
      try read { $0.values.creditorAccount = (.norwegian, "86011117948") }
    }
    #expect(throws: PaymentError.self) { try read { $0.values.reference = (.kid, "123") } }
    #expect(throws: PaymentError.dueDateInvalid("16.03.2026")) {
      try read { $0.values.dueDate = "16.03.2026" }
    }
  }
}
