// The sandbox's BankID: orders, the people's app, and faults on demand. The HTTP server is a thin
// shell around `answer`; tests and the sandbox's control page call the rest.

import Foundation
package import Primitives

/// A way in which the relying-party API can fail before it does anything.
package enum SandboxBankIDFault: String, CaseIterable, Sendable {
  case maintenance, internalError, requestTimeout, tooManyRequests, unauthorized
  /// The call is carried out, and then answered with an error: the caller never learns of it.
  case lostAnswer
}

package actor SandboxBankID {
  package nonisolated let authority: SandboxAuthority
  private let now: @Sendable () -> Instant
  private var book = SandboxOrderBook()
  private var faults: [Fault] = []
  private var evidenceFault: EvidenceFault?
  private var autoApproval: PersonalNumber?
  private var isAutoApproving = false

  private struct Fault {
    let kind: SandboxBankIDFault
    let call: String?
    var left: Int
  }

  package init(authority: SandboxAuthority, now: @escaping @Sendable () -> Instant) {
    self.authority = authority
    self.now = now
  }

  // MARK: Control

  /// Orders that wait for a person, oldest first.
  package func pendingOrders() -> [SandboxOrder] { book.pending(now: now()) }

  /// A person scans the code, or finds the order in the app, and signs.
  ///
  /// Without `order` and `qr` it is the newest order that asks for this person, or else the newest
  /// that asks for nobody.
  package func approve(
    _ person: PersonalNumber, order reference: String? = nil, qr: String? = nil
  ) async throws(SandboxBankIDError) {
    let order = try open(person, order: reference, qr: qr)
    guard let signer = authority.person(person) else { throw .unknownPerson }
    let evidence: SandboxEvidence
    do {
      evidence = try await authority.sign(
        order.content, by: signer, at: now(), fault: evidenceFault)
    } catch {
      throw .signing("\(error)")
    }
    // The order may have ended while the signature was made; `complete` looks again.
    book.complete(order.reference, by: signer, evidence, now: now())
  }

  /// A person opens the order and has not answered yet.
  @discardableResult
  package func open(
    _ person: PersonalNumber, order reference: String? = nil, qr: String? = nil
  ) throws(SandboxBankIDError) -> SandboxOrder {
    guard authority.person(person) != nil else { throw .unknownPerson }
    let order = try find(person, reference, qr)
    try book.open(order.reference, by: person, now: now())
    return order
  }

  /// A person says no.
  package func decline(
    _ person: PersonalNumber, order reference: String? = nil, qr: String? = nil
  ) throws(SandboxBankIDError) {
    let order = try open(person, order: reference, qr: qr)
    book.fail(order.reference, order.isPhone ? .userDeclinedCall : .userCancel, now: now())
  }

  /// Ends a pending order with a hint of one's choice.
  package func fail(_ reference: String, hint: SandboxOrder.FailedHint) {
    book.fail(reference, hint, now: now())
  }

  /// Lets the next `calls` calls fail, or only those of one name (`auth`, `collect` …).
  package func setFault(_ fault: SandboxBankIDFault, calls: Int = 1, on call: String? = nil) {
    guard calls > 0, faults.count < 100 else { return }
    faults.append(Fault(kind: fault, call: call, left: calls))
  }

  package func clearFaults() {
    faults = []
    evidenceFault = nil
  }

  /// Makes all further evidence bad in this way; nil makes it good again.
  package func setEvidenceFault(_ fault: EvidenceFault?) { evidenceFault = fault }

  /// Signs each new order at once, as the person asked for or else as `person`.
  package func startAutoApproval(as person: PersonalNumber?) {
    isAutoApproving = true
    autoApproval = person
  }

  package func stopAutoApproval() { isAutoApproving = false }

  private func find(
    _ person: PersonalNumber, _ reference: String?, _ qr: String?
  ) throws(SandboxBankIDError) -> SandboxOrder {
    if let qr { return try book.order(qr: qr, now: now()) }
    let pending = book.pending(now: now())
    let found =
      if let reference {
        pending.first { $0.reference == reference }
      } else {
        pending.last { $0.required == person } ?? pending.last { $0.required == nil }
      }
    guard let found else { throw .noSuchOrder }
    return found
  }
}

// MARK: The relying-party API

extension SandboxBankID {
  private static let pathPrefix = "/rp/v6.0/"
  private static let kinds: [String: BankIDRequest.Kind] = [
    "auth": .init(function: .identification, isPhone: false),
    "sign": .init(function: .signing, isPhone: false),
    "phone/auth": .init(function: .identification, isPhone: true),
    "phone/sign": .init(function: .signing, isPhone: true),
  ]

  /// Answers one HTTP call.
  func answer(
    method: String, path: String, contentType: String?, body: [UInt8]
  ) async -> BankIDAnswer {
    let call = path.hasPrefix(Self.pathPrefix) ? String(path.dropFirst(Self.pathPrefix.count)) : ""
    let fault = takeFault(call)
    if let fault, fault != .lostAnswer { return Self.faulty(fault) }
    let answer: BankIDAnswer
    do throws(BankIDRefusal) {
      guard Self.kinds[call] != nil || call == "collect" || call == "cancel" else {
        throw .notFound
      }
      guard method == "POST" else { throw .methodNotAllowed }
      guard contentType == "application/json" else { throw .unsupportedMediaType }
      answer = try await self.call(call, body)
    } catch {
      answer = BankIDAnswer(error)
    }
    return fault == .lostAnswer ? Self.faulty(.lostAnswer) : answer
  }

  private func call(_ call: String, _ body: [UInt8]) async throws(BankIDRefusal) -> BankIDAnswer {
    guard let kind = Self.kinds[call] else {
      let reference = try BankIDRequest.orderReference(body)
      if call == "collect" { return .collected(try book.collect(reference, now: now())) }
      try book.cancel(reference, now: now())
      return .empty
    }
    let request = try BankIDRequest(body, kind)
    let order = SandboxOrder(
      reference: Self.newToken(), content: request.content, required: request.required,
      endUserIP: request.endUserIP, created: now(), autoStartToken: Self.newToken(),
      qrStartToken: Self.newToken(), qrStartSecret: Self.newToken(),
      state: .pending(
        kind.isPhone
          ? .userCallConfirm : request.required == nil ? .outstandingTransaction : .noClient))
    try book.add(order, now: now())
    if isAutoApproving, let person = request.required ?? autoApproval {
      // A person unknown to the sandbox simply does not answer.
      try? await approve(person, order: order.reference)
    }
    return .ordered(order)
  }

  private static func newToken() -> String { UUID().uuidString.lowercased() }

  private func takeFault(_ call: String) -> SandboxBankIDFault? {
    guard let index = faults.firstIndex(where: { $0.call == nil || $0.call == call }) else {
      return nil
    }
    let kind = faults[index].kind
    faults[index].left -= 1
    if faults[index].left == 0 { faults.remove(at: index) }
    return kind
  }

  private static func faulty(_ fault: SandboxBankIDFault) -> BankIDAnswer {
    let (status, code): (Int, String) =
      switch fault {
      case .maintenance: (503, "Maintenance")
      case .internalError, .lostAnswer: (500, "internalError")
      case .requestTimeout: (408, "requestTimeout")
      case .tooManyRequests: (429, "tooManyRequests")
      case .unauthorized: (401, "unauthorized")
      }
    var answer = BankIDAnswer(
      BankIDRefusal(status: status, errorCode: code, details: "As told to the sandbox"))
    if fault == .tooManyRequests { answer.retryAfterSeconds = 7 }
    return answer
  }
}
