import Crypto
package import Domain
package import Primitives

/// BankID as the domain's identity provider.
package struct BankIDIdentity: IdentityProvider {
  private let client: BankIDClient
  private let verifier: EvidenceVerifier

  package init(client: BankIDClient, verifier: EvidenceVerifier) {
    self.client = client
    self.verifier = verifier
  }

  package func unanswered(seconds: Int) -> IdentityAnswer {
    // BankID's patience with an order that no phone picks up (bankid.md §1).
    seconds < 30
      ? .pending(hint: BankIDHint(code: "outstandingTransaction", isFailed: false).userMessage)
      : .failed(hint: BankIDHint(code: "startFailed", isFailed: true).userMessage)
  }

  package func startLogin(from address: String) async throws(IdentityError) -> OrderTicket {
    do {
      return OrderTicket(
        try await client.auth(
          endUserIP: address, visibleText: nil, nonVisible: nil, personalNumber: nil))
    } catch .alreadyInProgress {
      throw .alreadyInProgress
    } catch { throw .bankIDUnavailable(error.message) }
  }

  package func startSignature(of text: String, data: [UInt8], from address: String)
    async throws(IdentityError) -> OrderTicket
  {
    do {
      return OrderTicket(
        try await client.sign(
          endUserIP: address, visibleText: text, nonVisible: data, personalNumber: nil))
    } catch .alreadyInProgress {
      throw .alreadyInProgress
    } catch { throw .bankIDUnavailable(error.message) }
  }

  package func collect(_ orderRef: String) async throws(IdentityError) -> IdentityAnswer {
    do {
      switch try await client.collect(orderRef) {
      case .pending(let hint): return .pending(hint: hint.userMessage)
      case .failed(let hint): return .failed(hint: hint.userMessage)
      case .complete(let completion): return .complete(completion.raw)
      }
    } catch .invalidParameters {
      // The result has been given once and is gone, or BankID has forgotten the order.
      return .failed(hint: "BankID no longer knows the order. Start again.")
    } catch { throw .bankIDUnavailable(error.message) }
  }

  package func cancel(_ orderRef: String) async {
    try? await client.cancel(orderRef)
  }

  package func qrText(_ ticket: OrderTicket, seconds: Int) -> String {
    BankIDQR.text(token: ticket.qrStartToken, secret: ticket.qrStartSecret, seconds: seconds)
  }

  package func verify(
    _ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant
  ) throws(IdentityError) -> Evidence {
    let completion: BankIDCompletion
    do { completion = try BankIDCompletion(raw: answer) } catch {
      throw .evidenceRefused(error.message)
    }
    let isLogin = order.purpose == .login
    let expectation = EvidenceExpectation(
      function: isLogin ? .identification : .signing,
      visibleText: isLogin ? nil : order.visibleText,
      nonVisibleData: isLogin ? nil : order.nonVisibleData, personalNumber: nil)
    do {
      let verified = try verifier.verify(completion, expecting: expectation, at: time)
      return Evidence(
        digest: Array(SHA256.hash(data: answer)), signer: key.digest(of: verified.personalNumber),
        signerName: verified.name, visibleText: verified.visibleText ?? "",
        nonVisibleData: verified.nonVisibleData ?? [], time: time)
    } catch .otherText, .otherData, .otherFunction {
      throw .otherContent
    } catch .otherPerson {
      throw .otherPerson
    } catch {
      throw .evidenceRefused(error.message)
    }
  }
}

extension OrderTicket {
  init(_ order: BankIDOrder) {
    self.init(
      orderRef: order.orderRef, autoStartToken: order.autoStartToken,
      qrStartToken: order.qrStartToken, qrStartSecret: order.qrStartSecret)
  }
}
