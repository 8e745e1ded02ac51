import Connectors
import Foundation
import Logging
import Primitives
import Sandbox
import Testing

@Suite struct BankIDClientTests {
  @Test func `a person logs in by the QR code`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "192.0.2.7", visibleText: "Logga in")
      #expect(
        try await world.client.collect(order.orderRef)
          == .pending(BankIDHint(code: "outstandingTransaction", isFailed: false)))

      world.clock.turn(seconds: 5)
      try await world.sandbox.open(tolvan.personalNumber, qr: order.qrText(seconds: 5))
      #expect(
        try await world.client.collect(order.orderRef)
          == .pending(BankIDHint(code: "userSign", isFailed: false)))

      try await world.sandbox.approve(tolvan.personalNumber, order: order.orderRef)
      let completion = try await completion(world, order)
      #expect(completion.personalNumber == tolvan.personalNumber)
      #expect(completion.name == "Tolvan Tolvansson")
      #expect(completion.deviceIPAddress == "192.0.2.7")
      let evidence = try world.sandbox.authority.verifier().verify(
        completion,
        expecting: EvidenceExpectation(function: .identification, visibleText: "Logga in"),
        at: world.clock.now)
      #expect(evidence.givenName == "Tolvan")
    }
  }

  @Test func `the person asked for signs the text and the data that were sent`() async throws {
    try await withBankID { world in
      let text = "Betala 2 betalningar, 1 250,00 SEK\nTill: Åkes El & Rör <AB>"
      let order = try await world.client.sign(
        endUserIP: "2001:db8::7", visibleText: text, nonVisible: [0, 1, 255],
        personalNumber: astrid.personalNumber, format: .simpleMarkdown)
      #expect(
        try await world.client.collect(order.orderRef)
          == .pending(BankIDHint(code: "noClient", isFailed: false)))
      try await world.sandbox.approve(astrid.personalNumber)

      let collected = try await completion(world, order)
      // Stored raw and read again, it is the same.
      #expect(try BankIDCompletion(raw: collected.raw) == collected)
      let evidence = try world.sandbox.authority.verifier().verify(
        collected,
        expecting: EvidenceExpectation(
          function: .signing, visibleText: text, nonVisibleData: [0, 1, 255],
          personalNumber: astrid.personalNumber),
        at: world.clock.now)
      #expect(evidence.visibleText == text)
    }
  }

  @Test func `a result is collected once`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.sandbox.approve(tolvan.personalNumber)
      _ = try await completion(world, order)
      await #expect(throws: BankIDError.invalidParameters(details: "No such order")) {
        try await world.client.collect(order.orderRef)
      }
    }
  }

  @Test func `a result whose answer is lost is gone`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.sandbox.approve(tolvan.personalNumber)
      await world.sandbox.setFault(.lostAnswer, on: "collect")
      await #expect(throws: BankIDError.unavailable("HTTP 500")) {
        try await world.client.collect(order.orderRef)
      }
      await #expect(throws: BankIDError.invalidParameters(details: "No such order")) {
        try await world.client.collect(order.orderRef)
      }
    }
  }

  @Test func `a cancelled order is gone`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.client.cancel(order.orderRef)
      #expect(await world.sandbox.pendingOrders().isEmpty)
      await #expect(throws: BankIDError.invalidParameters(details: "No such order")) {
        try await world.client.cancel(order.orderRef)
      }
    }
  }

  @Test func `a cancel whose answer is lost is repeated and holds`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      await world.sandbox.setFault(.lostAnswer, on: "cancel")
      try await world.client.cancel(order.orderRef)
      #expect(await world.sandbox.pendingOrders().isEmpty)
    }
  }

  @Test func `an order whose answer is lost is not repeated`() async throws {
    try await withBankID { world in
      await world.sandbox.setFault(.lostAnswer, on: "sign")
      await #expect(throws: BankIDError.unavailable("HTTP 500")) {
        try await world.client.sign(endUserIP: "127.0.0.1", visibleText: "Betala")
      }
      #expect(await world.sandbox.pendingOrders().count == 1)
    }
  }

  @Test func `an order nobody opens fails after 30 seconds and may be renewed`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      world.clock.turn(seconds: 29)
      #expect(await world.sandbox.pendingOrders().count == 1)
      world.clock.turn(seconds: 1)
      #expect(await world.sandbox.pendingOrders().isEmpty)
      let hint = BankIDHint(code: "startFailed", isFailed: true)
      #expect(try await world.client.collect(order.orderRef) == .failed(hint))
      #expect(hint.isRenewable)
    }
  }

  @Test func `an opened order expires after three minutes`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.sandbox.open(tolvan.personalNumber)
      world.clock.turn(seconds: 180)
      #expect(
        try await world.client.collect(order.orderRef)
          == .failed(BankIDHint(code: "expiredTransaction", isFailed: true)))
    }
  }

  @Test func `a declined order fails`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.sandbox.decline(tolvan.personalNumber)
      #expect(
        try await world.client.collect(order.orderRef)
          == .failed(BankIDHint(code: "userCancel", isFailed: true)))
    }
  }

  @Test func `a second order for a person ends the first and is not made`() async throws {
    try await withBankID { world in
      let first = try await world.client.auth(
        endUserIP: "127.0.0.1", personalNumber: tolvan.personalNumber)
      await #expect(throws: BankIDError.alreadyInProgress) {
        try await world.client.auth(
          endUserIP: "127.0.0.1", personalNumber: tolvan.personalNumber)
      }
      #expect(
        try await world.client.collect(first.orderRef)
          == .failed(BankIDHint(code: "cancelled", isFailed: true)))
      #expect(await world.sandbox.pendingOrders().isEmpty)
      _ = try await world.client.auth(
        endUserIP: "127.0.0.1", personalNumber: tolvan.personalNumber)
    }
  }

  @Test func `another person than asked for fails the order`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(
        endUserIP: "127.0.0.1", personalNumber: tolvan.personalNumber)
      await #expect(throws: SandboxBankIDError.otherPersonRequired) {
        try await world.sandbox.approve(astrid.personalNumber, qr: order.qrText(seconds: 0))
      }
      #expect(
        try await world.client.collect(order.orderRef)
          == .failed(BankIDHint(code: "certificateErr", isFailed: true)))
    }
  }

  static let faults: [(SandboxBankIDFault, BankIDError)] = [
    (.maintenance, .maintenance),
    (.internalError, .unavailable("HTTP 500")),
    (.requestTimeout, .unavailable("HTTP 408")),
    (.tooManyRequests, .tooManyRequests(retryAfterSeconds: 7)),
    (.unauthorized, .unauthorized(details: "As told to the sandbox")),
  ]

  @Test(arguments: faults)
  func `each failure of BankID has its own error`(
    fault: SandboxBankIDFault, error: BankIDError
  ) async throws {
    try await withBankID { world in
      await world.sandbox.setFault(fault)
      await #expect(throws: error) { try await world.client.auth(endUserIP: "127.0.0.1") }
      _ = try await world.client.auth(endUserIP: "127.0.0.1")
    }
  }

  @Test func `a device address that is none is refused`() async throws {
    try await withBankID { world in
      await #expect(
        throws: BankIDError.invalidParameters(details: "Missing or invalid endUserIp")
      ) { try await world.client.auth(endUserIP: "the office") }
    }
  }

  @Test func `texts longer than BankID takes are refused before they are sent`() async throws {
    try await withBankID { world in
      let long = String(repeating: "å", count: 15_001)
      await #expect(throws: BankIDError.self) {
        try await world.client.sign(endUserIP: "127.0.0.1", visibleText: long)
      }
      await #expect(throws: BankIDError.self) {
        try await world.client.auth(endUserIP: "127.0.0.1", visibleText: long)
      }
      await #expect(throws: BankIDError.self) {
        try await world.client.sign(endUserIP: "127.0.0.1", visibleText: "")
      }
      await #expect(throws: BankIDError.self) {
        try await world.client.sign(
          endUserIP: "127.0.0.1", visibleText: "x",
          nonVisible: Array(repeating: 7, count: 150_001))
      }
      #expect(await world.sandbox.pendingOrders().isEmpty)
      _ = try await world.client.sign(
        endUserIP: "127.0.0.1", visibleText: String(long.dropLast()),
        nonVisible: Array(repeating: 7, count: 150_000))
    }
  }

  @Test func `a client certificate of another root is refused`() async throws {
    try await withBankID { world in
      let tls = world.sandbox.authority.tls
      let client = try BankIDClient(
        BankIDRelyingParty(
          baseURL: world.baseURL, certificatePEM: tls.serverCertificate, keyPEM: tls.serverKey,
          trustRootsPEM: tls.serverRoot), logger: .quiet)
      let refused = await #expect(throws: BankIDError.self) {
        try await client.auth(endUserIP: "127.0.0.1")
      }
      await client.shutdown()
      #expect(refused == .unavailable("the TLS handshake failed"))
      #expect(await world.sandbox.pendingOrders().isEmpty)
    }
  }

  @Test func `a server of another root is not spoken to`() async throws {
    try await withBankID { world in
      let tls = world.sandbox.authority.tls
      let client = try BankIDClient(
        BankIDRelyingParty(
          baseURL: world.baseURL, certificatePEM: tls.relyingPartyCertificate,
          keyPEM: tls.relyingPartyKey, trustRootsPEM: tls.relyingPartyRoot), logger: .quiet)
      let refused = await #expect(throws: BankIDError.self) {
        try await client.auth(endUserIP: "127.0.0.1")
      }
      await client.shutdown()
      #expect(refused == .unavailable("the TLS handshake failed"))
    }
  }

  @Test func `credentials that are not PEM are refused at once`() throws {
    #expect(throws: BankIDError.badCredentials("the relying-party certificate is not PEM")) {
      try BankIDClient(
        BankIDRelyingParty(
          baseURL: "https://127.0.0.1", certificatePEM: "x", keyPEM: "x", trustRootsPEM: "x"),
        logger: .quiet)
    }
    let tls = try sharedAuthority.get().tls
    #expect(throws: BankIDError.badCredentials("the base URL must be https://host")) {
      try BankIDClient(relyingParty(tls, "http://127.0.0.1"), logger: .quiet)
    }
  }

  @Test func `nothing prints a secret or a personal number`() async throws {
    try await withBankID { world in
      let order = try await world.client.auth(endUserIP: "127.0.0.1")
      try await world.sandbox.approve(tolvan.personalNumber)
      let completion = try await completion(world, order)
      let relyingParty = relyingParty(world.sandbox.authority.tls, world.baseURL)
      var text = "\(order) \(String(reflecting: order)) \(completion) "
      text += "\(String(reflecting: completion)) \(relyingParty) \(world.sandbox.authority.tls)"
      dump(order, to: &text)
      dump(completion, to: &text)
      dump(relyingParty, to: &text)
      for secret in [
        order.qrStartSecret, order.autoStartToken, tolvan.personalNumber.digits,
        "Tolvansson", "PRIVATE KEY",
      ] { #expect(!text.contains(secret)) }
    }
  }

  private func completion(
    _ world: BankIDWorld, _ order: BankIDOrder
  ) async throws -> BankIDCompletion {
    guard case .complete(let completion) = try await world.client.collect(order.orderRef) else {
      throw BankIDError.unavailable("not complete")
    }
    return completion
  }
}

@Suite struct BankIDQRTests {
  /// Public vectors, recomputed.
  @Test(arguments: [
    (0, "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"),
    (1, "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"),
    (2, "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"),
  ])
  func `the QR text is that of the published vectors`(seconds: Int, code: String) {
    let text = BankIDQR.text(
      token: "67df3917-fa0d-44e5-b327-edcc928297f8",
      secret: "d28db9a7-4cde-429e-a983-359be676944c", seconds: seconds)
    #expect(text == "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.\(seconds).\(code)")
  }
}

@Suite struct BankIDHintTests {
  @Test func `an unknown hint is handled as a generic one`() {
    let pending = BankIDHint(code: "somethingNew", isFailed: false)
    let failed = BankIDHint(code: "somethingNew", isFailed: true)
    #expect(pending.userMessage.contains("in progress"))
    #expect(failed.userMessage.contains("try again"))
    #expect(!failed.isRenewable)
  }

  @Test(arguments: ["outstandingTransaction", "noClient", "started", "userMrtd", "userSign"])
  func `each pending hint has a message of its own`(code: String) {
    let generic = BankIDHint(code: "", isFailed: false).userMessage
    #expect(BankIDHint(code: code, isFailed: false).userMessage != generic)
  }
}

extension Logger {
  static var quiet: Logger {
    var logger = Logger(label: "bankid-tests")
    logger.logLevel = .critical
    return logger
  }
}
