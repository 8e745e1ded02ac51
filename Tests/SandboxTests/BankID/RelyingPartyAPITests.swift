import Primitives
import Sandbox
import Testing

/// The relying-party API as BankID documents it, without sockets.
@Suite struct RelyingPartyAPITests {
  let bank: BankIDBench

  init() throws {
    bank = try BankIDBench()
  }

  @Test(arguments: ["text/plain", "application/json; charset=utf-8", "application/JSON", nil])
  func `another content type than exactly JSON is refused`(type: String?) async {
    let answer = await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#, type: type)
    #expect(answer.status == 415)
    #expect(answer["errorCode"] == "unsupportedMediaType")
  }

  @Test func `another method than POST is refused`() async {
    let answer = await bank.call("auth", "", method: "GET")
    #expect(answer.status == 405)
    #expect(answer["errorCode"] == "methodNotAllowed")
  }

  @Test(arguments: ["/rp/v5.1/auth", "/rp/v6.0/", "/rp/v6.0/auth/", "/", "/rp/v6.0/phone"])
  func `an unknown path is not found`(path: String) async {
    let answer = await bank.post(path, #"{"endUserIp":"127.0.0.1"}"#)
    #expect(answer.status == 404)
    #expect(answer["errorCode"] == "notFound")
  }

  @Test(arguments: [
    ("auth", ""), ("auth", "[]"), ("auth", "{"), ("auth", "{}"),
    ("auth", #"{"endUserIp":"nowhere"}"#), ("auth", #"{"endUserIp":7}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","personalNumber":"191212121212"}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","requirement":{"personalNumber":"191212121213"}}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","requirement":{"personalNumber":"19121212-1212"}}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","requirement":{"shoeSize":"42"}}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","requirement":"191212121212"}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","userVisibleData":"not base64"}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","userVisibleData":""}"#),
    ("auth", #"{"endUserIp":"127.0.0.1","userVisibleDataFormat":"html"}"#),
    ("sign", #"{"endUserIp":"127.0.0.1"}"#),
    ("sign", #"{"endUserIp":"127.0.0.1","userVisibleData":"/w=="}"#),
    ("phone/auth", #"{"callInitiator":"user"}"#),
    ("phone/auth", #"{"personalNumber":"191212121212"}"#),
    ("phone/auth", #"{"personalNumber":"191212121212","callInitiator":"nobody"}"#),
    (
      "phone/auth",
      #"{"personalNumber":"191212121212","callInitiator":"RP","endUserIp":"127.0.0.1"}"#
    ),
    ("collect", "{}"), ("collect", #"{"orderRef":"x"}"#),
    ("collect", #"{"orderRef":"131daac9-16c6-4618-beb0-365768f37288"}"#),
    ("cancel", #"{"orderRef":"131daac9-16c6-4618-beb0-365768f37288"}"#),
  ])
  func `a wrong parameter is refused and makes no order`(call: String, body: String) async {
    let answer = await bank.call(call, body)
    #expect(answer.status == 400)
    #expect(answer["errorCode"] == "invalidParameters")
    #expect(await bank.sandbox.pendingOrders().isEmpty)
  }

  @Test(arguments: [("auth", 1_500), ("sign", 40_000)])
  func `the visible text has its longest length after base64`(call: String, length: Int) async {
    for (size, status) in [(length, 200), (length + 4, 400)] {
      let text = String(repeating: "QUJD", count: size / 4)
      let answer = await bank.call(
        call, #"{"endUserIp":"127.0.0.1","userVisibleData":"\#(text)"}"#)
      #expect(answer.status == status)
    }
  }

  @Test func `a phone order has no QR and waits for the user's word`() async throws {
    let answer = await bank.call(
      "phone/sign",
      #"{"personalNumber":"191212121212","callInitiator":"user","userVisibleData":"QUJD"}"#)
    #expect(answer.status == 200)
    #expect(answer["qrStartToken"] == nil)
    let reference = try #require(answer["orderRef"])
    #expect(await bank.collect(reference)["hintCode"] == "userCallConfirm")
    try await bank.sandbox.decline(bank.person.personalNumber)
    #expect(await bank.collect(reference)["hintCode"] == "userDeclinedCall")
  }

  @Test func `the QR must be whole, of this order and fresh`() async throws {
    let order = await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)
    let token = try #require(order["qrStartToken"])
    let secret = try #require(order["qrStartSecret"])
    let number = bank.person.personalNumber
    for text in ["", "bankid.\(token)", "bankid.\(token).0.00", "bankid.\(token).x.00"] {
      await #expect(throws: SandboxBankIDError.badQR) {
        try await bank.sandbox.open(number, qr: text)
      }
    }
    await #expect(throws: SandboxBankIDError.badQR) {
      try await bank.sandbox.open(
        number, qr: BankIDBench.qr(token, secret: "another secret", seconds: 0))
    }
    await #expect(throws: SandboxBankIDError.noSuchOrder) {
      try await bank.sandbox.open(number, qr: BankIDBench.qr("other", secret: secret, seconds: 0))
    }
    bank.turn(seconds: 20)
    await #expect(throws: SandboxBankIDError.oldQR) {
      try await bank.sandbox.open(number, qr: BankIDBench.qr(token, secret: secret, seconds: 9))
    }
    await #expect(throws: SandboxBankIDError.oldQR) {
      try await bank.sandbox.open(number, qr: BankIDBench.qr(token, secret: secret, seconds: 22))
    }
    try await bank.sandbox.open(number, qr: BankIDBench.qr(token, secret: secret, seconds: 20))
  }

  @Test func `an order that one person has open can't be taken by another`() async throws {
    let order = await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)
    try await bank.sandbox.open(bank.person.personalNumber)
    await #expect(throws: SandboxBankIDError.openedByAnother) {
      try await bank.sandbox.approve(
        SandboxPerson.defaults[1].personalNumber, order: order["orderRef"])
    }
  }

  @Test func `a person who opens a second order ends the first`() async throws {
    let first = try #require(await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)["orderRef"])
    try await bank.sandbox.open(bank.person.personalNumber, order: first)
    let second = try #require(await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)["orderRef"])
    try await bank.sandbox.open(bank.person.personalNumber, order: second)
    #expect(await bank.collect(first)["hintCode"] == "cancelled")
    #expect(await bank.collect(second)["hintCode"] == "userSign")
  }

  @Test func `a complete result not collected in time is expired, then gone`() async throws {
    let reference = try #require(
      await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)["orderRef"])
    let late = try #require(
      await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)["orderRef"])
    try await bank.sandbox.approve(bank.person.personalNumber, order: reference)
    try await bank.sandbox.approve(bank.person.personalNumber, order: late)
    bank.turn(seconds: 180)
    #expect(await bank.collect(reference)["hintCode"] == "expiredTransaction")
    bank.turn(seconds: 300)
    #expect(await bank.collect(late).status == 400)
  }

  @Test func `only the calls a fault is for fail`() async throws {
    await bank.sandbox.setFault(.maintenance, calls: 2, on: "sign")
    let body = #"{"endUserIp":"127.0.0.1","userVisibleData":"QUJD"}"#
    #expect(await bank.call("auth", body).status == 200)
    #expect(await bank.call("sign", body).status == 503)
    #expect(await bank.call("sign", body).status == 503)
    #expect(await bank.call("sign", body).status == 200)
  }

  @Test func `nobody but the sandbox's people can answer`() async throws {
    _ = await bank.call("auth", #"{"endUserIp":"127.0.0.1"}"#)
    let stranger = try PersonalNumber("197310199869")
    await #expect(throws: SandboxBankIDError.unknownPerson) {
      try await bank.sandbox.approve(stranger)
    }
  }
}
