// Orders that a code by SMS answers instead of BankID: the same orders, carried out by the same
// commands. What was entered is kept durably before anything is decided on it (invariant L).

import Crypto
import Domain
import Engine
import Primitives
import Storage

extension Orders {
  private static let confirmMethod = "bureau.v1.PaymentService/ConfirmPaymentSignature"

  /// Sends a code for what is to be signed. An earlier one of the person ends.
  func startByCode(
    _ purpose: Order.Purpose, company: ID<Company>?, caller: Caller, text: String, data: [UInt8],
    message: SigningMessage, from address: String
  ) async throws -> Status {
    guard let session = caller.session else { throw SigningCodeError.sessionMissing }
    let place = Place(bureau: caller.bureau), user = caller.user, time = sources.now()
    try await makeRoom(for: user, of: place.bureau, from: address)
    let order = Order(
      id: sources.id(), purpose: purpose, company: company, user: user, state: .pending,
      visibleText: text, nonVisibleData: data, startTime: time, method: .sms)
    let secret = SigningCode.text(from: sources.random(8))
    let sources = sources, key = key
    return status(
      try await commands.database.write(as: place.scope) { [secrets] tx in
        guard let phone = try PhoneTables.phone(of: user, in: place.bureau, tx) else {
          throw SMSSigningError.profileNumberMissing
        }
        try SigningCodeRules.sending(
          after: SigningCodeTables.all(of: user, in: place.bureau, tx), at: time)
        let outgoing = OutgoingMessage(
          id: sources.id(), mobile: phone.number.text, email: "", subject: message.subject,
          body: message.body, secret: secret)
        var code = SigningCode(
          id: sources.id(), user: user, session: session.id, number: phone.number,
          set: SigningCode.set(of: data), salt: sources.random(16), digest: [],
          message: outgoing.id.hex, text: message.text, sendTime: time)
        code.digest = code.digest(of: secret, key: key)
        let masked = phone.number.masked
        let stored = StoredOrder(
          order: order,
          ticket: OrderTicket(
            orderRef: "", autoStartToken: "", qrStartToken: "", qrStartSecret: ""),
          hint: "A code was sent to \(masked).", maskedNumber: masked)
        try OrderTables.insert(stored, sealedBy: secrets, of: place.bureau, in: tx)
        try SigningCodeTables.insert(code, for: order.id, of: place.bureau, in: tx)
        try MessageTables.insert(outgoing, sealedBy: secrets, of: place, at: time, in: tx)
        return stored
      })
  }

  /// How an order stands whose code nobody has entered.
  func codeAnswer(_ order: Order) -> IdentityAnswer {
    order.startTime.adding(minutes: SigningCode.lifetimeMinutes) > sources.now()
      ? .pending(hint: "Waiting for the code.")
      : .failed(hint: "The code was not entered in time. Start again.")
  }

  /// Carries out what the order is about, if the code is its code.
  func confirm(
    _ id: ID<Order>, code text: String, requestID: String, isDryRun: Bool, by caller: Caller,
    from address: String
  ) async throws -> Status {
    let bureau = caller.bureau, stored = try await load(id, of: bureau), time = sources.now()
    guard stored.order.user == caller.user else { throw IdentityError.orderNotFound }
    guard stored.order.method == .sms else { throw SigningCodeError.notByCode }
    let entry = SigningCodeRules.Entry(
      text: text, session: caller.session?.id, requestID: requestID,
      set: SigningCode.set(of: stored.order.nonVisibleData), time: time)
    let code = try await tried(entry, for: stored.order, by: caller, from: address)
    // The very request that has used it: as it stands now, and on where it was broken off.
    guard let code else { return try await advance(stored, of: bureau, from: address) }
    guard stored.order.state == .pending else { throw IdentityError.orderEnded }
    if isDryRun { return status(stored) }
    let answer = CodeEvidence(code, for: stored.order, at: time).bytes
    let isFirst = try await commands.database.write(as: Place(bureau: bureau).scope) { tx in
      let use = SigningCode.Use(time: time, requestID: requestID)
      guard try SigningCodeTables.use(use, for: id, of: bureau, in: tx) else { return false }
      try OrderTables.keepAnswer(answer, at: time, of: id, bureau, in: tx)
      return true
    }
    guard isFirst else { throw SigningCodeError.used }
    return try await advance(stored, of: bureau, from: address)
  }

  /// Takes a try. Returns the code that is right; nil: it was used, by this very request.
  private func tried(
    _ entry: SigningCodeRules.Entry, for order: Order, by caller: Caller, from address: String
  ) async throws -> SigningCode? {
    let bureau = caller.bureau
    let (known, others) = try await commands.database.write(as: Place(bureau: bureau).scope) { tx in
      let code = try SigningCodeTables.takeTry(for: order.id, of: bureau, in: tx)
      let all = try SigningCodeTables.all(of: caller.user, in: bureau, tx)
      return (code, all.filter { $0.id != code?.id })
    }
    guard let code = known else { throw IdentityError.orderNotFound }
    do {
      switch try SigningCodeRules.confirming(entry, with: code, besides: others, key: key) {
      case .right: return code
      case .isRepeat: return nil
      case .isReused: throw RequestError.reused
      }
    } catch let refusal as SigningCodeError {
      if let left = refusal.triesLeft {
        tries.ended(order, from: address, isAccepted: false, at: entry.time)
        try await record(
          SigningCodeFailed(
            user: caller.user, code: code.id, reason: refusal.reason, triesLeft: left),
          of: order, by: caller)
      }
      throw refusal
    }
  }

  /// Under no request id, and with a digest of the order alone: the request holds the code.
  private func record(_ fact: SigningCodeFailed, of order: Order, by caller: Caller) async throws {
    let call = Call(
      method: Self.confirmMethod, caller: caller, requestID: "",
      digest: Call.digest(Self.confirmMethod, order.id.bytes))
    try await commands.run(call, at: Place(bureau: caller.bureau), subject: caller.user) { _ in
      [.signingCodeFailed(fact)]
    } answer: { _, _ in
    }
  }

  /// What the kept record of an entered code shows. Whose it is stands in it; who that person is, the
  /// user says.
  func codeEvidence(_ answer: [UInt8], of order: Order, at bureau: ID<Bureau>) async throws
    -> Evidence
  {
    let kept = try CodeEvidence(answer)
    guard kept.user == order.user else { throw IdentityError.otherPerson }
    let user = try await commands.database.read(as: .bureau(TenantKey(bureau))) { tx in
      try TenancyTables.user(kept.user, of: bureau, in: tx)
    }
    guard let user, let signer = user.nationalIDDigest else { throw TenancyError.userNotFound }
    return Evidence(
      digest: Array(SHA256.hash(data: answer)), signer: signer, signerName: user.displayName,
      visibleText: kept.visibleText, nonVisibleData: kept.nonVisibleData, time: kept.enterTime,
      method: .sms)
  }
}
