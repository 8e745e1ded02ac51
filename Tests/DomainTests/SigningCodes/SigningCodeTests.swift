import Crypto
import Domain
import Formats
import Primitives
import Testing

/// When a code by SMS signs: the ladder, the bounds on sending, and what the message says.
@Suite struct SigningCodeTests {
  private let secret: NationalIDKey
  private let set = SigningCode.set(of: [1, 2, 3])

  private static let session: ID<Session> = key(70)

  init() throws { secret = try #require(NationalIDKey(bytes: [UInt8](repeating: 5, count: 32))) }

  private func code(
    _ text: String, _ number: UInt8 = 1, sent: Instant = monday, set: [UInt8]? = nil
  ) throws -> SigningCode {
    var code = SigningCode(
      id: key(number), user: User.alex.id, session: Self.session,
      number: try PhoneNumber("+46701234567"), set: set ?? self.set, salt: [number], digest: [],
      message: "m", text: "t", sendTime: sent)
    code.digest = code.digest(of: text, key: secret)
    return code
  }

  private func confirming(
    _ text: String, _ code: SigningCode, besides others: [SigningCode] = [], minutes: Int = 4,
    session: ID<Session>? = SigningCodeTests.session, request: String = "r", set: [UInt8]? = nil
  ) throws -> SigningCodeRules.Finding {
    try SigningCodeRules.confirming(
      SigningCodeRules.Entry(
        text: text, session: session, requestID: request, set: set ?? self.set,
        time: monday.adding(minutes: minutes)),
      with: code, besides: others, key: secret)
  }

  @Test func `L-02 the right code signs once, in its session, in time, with a try left`() throws {
    let good = try code("123456")
    #expect(try confirming("123456", good) == .right)
    #expect(throws: SigningCodeError.wrong(left: 4)) { try confirming("123457", good) }
    #expect(throws: SigningCodeError.wrong(left: 4)) { try confirming("", good) }
    #expect(throws: SigningCodeError.expired) { try confirming("123456", good, minutes: 5) }
    #expect(throws: SigningCodeError.otherSession) {
      try confirming("123456", good, session: key(71))
    }
    #expect(throws: SigningCodeError.otherSession) {
      try confirming("123456", good, session: nil)
    }
    #expect(throws: SigningCodeError.otherSet(left: 4)) {
      try confirming("123456", good, set: SigningCode.set(of: [1, 2, 4]))
    }
    var tired = good
    tired.triesLeft = 0
    #expect(throws: SigningCodeError.triesUsedUp) { try confirming("123456", tired) }
    var old = good
    old.isVoid = true
    #expect(throws: SigningCodeError.superseded) { try confirming("123456", old) }
    var used = good
    used.use = SigningCode.Use(time: monday, requestID: "r")
    #expect(throws: SigningCodeError.used) { try confirming("123456", used, request: "s") }
    #expect(throws: SigningCodeError.used) {
      try confirming("123456", used, session: key(71))
    }
    #expect(try confirming("123456", used) == .isRepeat)
    #expect(try confirming("123457", used) == .isReused)
  }

  @Test func `L-02 a code for other payments says so, and is no try for free`() throws {
    let other = SigningCode.set(of: [9])
    let earlier = try code("111111", 2, set: other), good = try code("123456")
    #expect(throws: SigningCodeError.otherSet(left: 4)) {
      try confirming("111111", good, besides: [earlier])
    }
    #expect(throws: SigningCodeError.wrong(left: 4)) {
      try confirming("111112", good, besides: [earlier])
    }
  }

  @Test func `a code's digest is good for its person, session, payments and salt alone`() throws {
    let good = try code("123456")
    let changes: [(inout SigningCode) -> Void] = [
      { $0.id = key(9) }, { $0.user = key(9) }, { $0.session = key(9) },
      { $0.set = [9] }, { $0.salt = [9] },
    ]
    for change in changes {
      var changed = good
      change(&changed)
      #expect(changed.digest(of: "123456", key: secret) != good.digest)
    }
    let otherKey = try #require(NationalIDKey(bytes: [UInt8](repeating: 6, count: 32)))
    #expect(good.digest(of: "123456", key: otherKey) != good.digest)
    #expect(good.digest(of: "123456", key: secret) == good.digest)
  }

  @Test func `ten codes go out within an hour, half a minute apart unless they were used`() throws {
    var codes: [SigningCode] = []
    for number in 0..<10 {
      let time = monday.adding(minutes: number)
      try SigningCodeRules.sending(after: codes, at: time)
      codes.append(try code("123456", UInt8(number + 1), sent: time))
    }
    #expect(throws: SigningCodeError.tooSoon) {
      try SigningCodeRules.sending(after: codes, at: monday.adding(minutes: 9).adding(seconds: 29))
    }
    let soon = monday.adding(minutes: 9).adding(seconds: 30)
    #expect(throws: SigningCodeError.tooMany) {
      try SigningCodeRules.sending(after: codes, at: soon)
    }
    try SigningCodeRules.sending(after: codes, at: monday.adding(minutes: 60))
    codes.removeFirst()
    codes[codes.count - 1].use = SigningCode.Use(time: soon, requestID: "r")
    try SigningCodeRules.sending(
      after: codes, at: monday.adding(minutes: 9).adding(seconds: 1))
  }

  @Test func `a code has six digits, zeros in front too`() {
    #expect(SigningCode.text(from: [0, 0, 0, 0, 0, 0, 0, 7]) == "000007")
    #expect(SigningCode.text(from: [UInt8](repeating: 255, count: 8)).count == 6)
  }

  // MARK: The message

  private func item(
    _ number: UInt8, _ name: String = "Elbolaget AS", _ amount: Money = .nok(125_000),
    account: String = "12345678903", mark: PayeeMark? = nil
  ) throws -> Approval.Item {
    let terms = PaymentTerms.complete.with {
      $0.creditorName = name
      $0.amount = amount
      $0.creditorAccount = accountNumber(.norwegian, account)
    }
    var item = try Payment.example(number, .acknowledged, terms).approving(with: [.dnb])
    item.rendered.payeeMark = mark
    return item
  }

  /// What takes one place each in a message.
  private func isPlain(_ text: String) -> Bool {
    PaymentText.render(text.replacing("#", with: "0"), set: .message, max: 200)
      == text.replacing("#", with: "0")
  }

  @Test func `the message tells amount, payee, the end of the account and the code`() throws {
    let message = try SigningMessage([try item(1)], companies: ["Nordlys Verksted AS"])
    #expect(
      message.text
        == "Approve payment: Nordlys Verksted AS: 1250.00 NOK to Elbolaget AS ..8903. "
        + "Code ######, 5 minutes.")
    #expect(message.text == "\(message.subject): \(message.body)")
  }

  @Test func `the message marks new payees, counts, and tells a payee once`() throws {
    let message = try SigningMessage(
      [
        try item(1, mark: .new), try item(2, mark: .new),
        try item(3, "Vann", .nok(100), account: "15032080119", mark: .changed),
      ], companies: ["A", "B"])
    #expect(
      message.text
        == "Approve 3 payments: 2 companies: 2501.00 NOK to Elbolaget AS ..8903 NEW, "
        + "Vann ..0119 CHANGED. Code ######, 5 minutes.")
  }

  @Test(arguments: [1, 2, 5, 20, 150])
  func `whatever is signed, the message is one message, with the whole total`(count: Int) throws {
    let items = try (1...count).map { number in
      try item(
        UInt8(number % 200 + 1), "Łódź & Søn \(number) ###### {}^ €",
        .nok(Int64(number) * 99_999_999))
    }
    let message = try SigningMessage(items, companies: ["Ærlig Økonomi og Regnskap i Ålesund AS"])
    #expect(message.text.utf16.count <= SigningMessage.limit)
    #expect(isPlain(message.text), "\(message.text)")
    // The code's place is there once, whatever a payee is called.
    #expect(message.text.components(of: SigningMessage.place) == 2)
    let total = try #require(try Approval(companyName: "", items: items).totals.first)
    #expect(message.text.contains(total.decimalText))
    if count > 10 { #expect(message.text.contains(" more. Code")) }
  }

  @Test func `more currencies than one message can tell are refused`() throws {
    let codes = ["NOK", "EUR", "USD", "GBP", "DKK", "CHF", "PLN", "CAD", "AUD", "JPY"]
    let items = try codes.enumerated().map { number, code in
      var item = try item(UInt8(number + 1))
      item.rendered.amount = Money(
        minorUnits: 999_999_999_999, currency: try Currency(code))
      return item
    }
    #expect(throws: SigningCodeError.textTooLong) {
      try SigningMessage(items, companies: ["A"])
    }
  }

  @Test func `a number is shown by its country and its end`() throws {
    #expect(try PhoneNumber("+46701234567").masked == "+46*******67")
    #expect(try PhoneNumber("+4790000002").masked == "+47******02")
  }
}

extension String {
  fileprivate func components(of separator: String) -> Int {
    split(separator: separator, omittingEmptySubsequences: false).count
  }
}
