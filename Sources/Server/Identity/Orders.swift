// BankID orders: started in one call, collected in another, carried out in a command of their own.
// People are waited for between commands, never inside one.

import Crypto
package import Domain
import Engine
package import Logging
package import Primitives
package import Storage

package struct Orders: Sendable {
  let commands: Commands
  private let activation: Activation
  private let provider: any IdentityProvider
  /// Norwegian BankID, where it is configured.
  let redirect: (any RedirectIdentity)?
  private let standardEid: Eid
  let key: NationalIDKey
  private let sessionLimits: Session.Limits
  private let pace: OrderPace
  let logger: Logger
  private let starts = StartPace()
  let tries = LoginTries()
  private let decoys: DecoyOrders

  /// Orders are forgotten an hour after their start; a bureau has at most this many open.
  private let openLimit = 1_000
  /// BankID itself ends an order that nobody signs sooner: older ones keep nobody out.
  private let openMinutes = 5

  package init(
    commands: Commands, activation: Activation, provider: any IdentityProvider,
    redirect: (any RedirectIdentity)? = nil, standardEid: Eid = .bankIDSE, key: NationalIDKey,
    sessionLimits: Session.Limits, collectInterval: Duration, logger: Logger
  ) {
    self.commands = commands
    self.activation = activation
    self.provider = provider
    self.redirect = redirect
    self.standardEid = standardEid
    self.key = key
    decoys = DecoyOrders(key)
    self.sessionLimits = sessionLimits
    self.pace = OrderPace(interval: collectInterval)
    self.logger = logger
  }

  var sources: Sources { commands.sources }
  var secrets: SecretBox { commands.secrets }

  /// How an order stands, as the caller is told.
  package struct Status: Sendable {
    package var stored: StoredOrder
    package var qrText: String
    /// Where the person goes with a browser: in the answer that starts the order only.
    package var openURL = ""
    /// Login only, once.
    package var session: StartedSession?
  }

  package struct StartedSession: Sendable {
    package var session: Session
    package var user: User
    package var secret: String
  }

  // MARK: Starting

  package func start(
    _ purpose: Order.Purpose, company: ID<Company>?, user: ID<User>?, text: String,
    data: [UInt8], of bureau: ID<Bureau>, from address: String, with wanted: Eid? = nil
  ) async throws -> Status {
    let eid = wanted ?? standardEid
    if eid == .bankIDNO {
      guard redirect != nil else { throw IdentityError.eidNotConfigured }
      switch purpose {
      case .payments, .bulkPayments: throw IdentityError.eidNotForPayments
      case .login, .agreement, .consent: break
      }
    }
    let time = sources.now()
    let open = try await makeRoom(for: user, of: bureau, from: address, at: time)
    if purpose == .login, try await !exists(bureau) {
      return try await decoy(of: bureau, with: eid, at: time)
    }
    // Strangers may start orders too: they leave room for those who are logged in.
    guard open < (user == nil ? openLimit : 2 * openLimit) else {
      throw IdentityError.tooManyOrders
    }
    let ticket =
      if eid == .bankIDNO, let redirect {
        try await redirect.start(
          RedirectContent(isLogin: purpose == .login, text: text, data: data),
          state: state(at: bureau))
      } else if purpose == .login {
        try await provider.startLogin(from: address)
      } else {
        try await provider.startSignature(of: text, data: data, from: address)
      }
    let order = Order(
      id: sources.id(), purpose: purpose, company: company, user: user, state: .pending,
      visibleText: text, nonVisibleData: data, startTime: sources.now(), eid: eid)
    let stored = StoredOrder(
      order: order, ticket: ticket, hint: Self.firstHint(eid))
    try await commands.database.write(as: .bureau(TenantKey(bureau))) { [secrets] tx in
      try OrderTables.insert(stored, sealedBy: secrets, of: bureau, in: tx)
    }
    return begun(stored)
  }

  /// Lets nobody start who has failed too often, and returns how many orders are open.
  private func makeRoom(
    for user: ID<User>?, of bureau: ID<Bureau>, from address: String, at time: Instant
  ) async throws -> Int {
    try tries.mayStart(user, from: address, at: time)
    if user == nil {
      guard await starts.allows(address, at: time) else { throw IdentityError.tooManyOrders }
    }
    return try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.sweep(
        before: time.adding(hours: -1), openSince: time.adding(minutes: -openMinutes), of: bureau,
        in: tx)
    }
  }

  /// The same for somebody who is logged in: refuses where too many are open.
  func makeRoom(for user: ID<User>, of bureau: ID<Bureau>, from address: String) async throws {
    let open = try await makeRoom(
      for: user, of: bureau, from: address, at: sources.now())
    guard open < 2 * openLimit else { throw IdentityError.tooManyOrders }
  }

  private func begun(_ stored: StoredOrder) -> Status {
    var status = status(stored)
    status.openURL = stored.ticket.openURL
    return status
  }

  private func exists(_ bureau: ID<Bureau>) async throws -> Bool {
    try await commands.database.read(as: .bureau(TenantKey(bureau))) { tx in
      try TenancyTables.bureau(bureau, in: tx) != nil
    }
  }

  // MARK: Decoys

  private func decoy(of bureau: ID<Bureau>, with eid: Eid, at time: Instant) async throws -> Status
  {
    guard let id = decoys.make(eid, of: bureau, random: sources.random(6), at: time) else {
      throw IdentityError.tooManyOrders
    }
    var stored = decoy(id, startTime: time, hint: Self.firstHint(eid))
    if eid == .bankIDNO, let redirect {
      stored.order.eid = eid
      // Leads nowhere: nobody waits for this state.
      stored.ticket = try await redirect.start(
        RedirectContent(isLogin: true, text: "", data: []), state: state(at: bureau))
    }
    return begun(stored)
  }

  private static func firstHint(_ eid: Eid) -> String {
    switch eid {
    case .bankIDSE: "Open BankID and scan the code."
    case .bankIDNO: "Open the address in a browser and use your BankID there."
    }
  }

  private func decoy(_ id: ID<Order>, startTime: Instant, hint: String) -> StoredOrder {
    StoredOrder(
      order: Order(
        id: id, purpose: .login, company: nil, user: nil, state: .pending, visibleText: "",
        nonVisibleData: [], startTime: startTime), ticket: decoys.ticket(of: id), hint: hint)
  }

  /// How a decoy stands; nil: the order is none.
  private func decoyStatus(_ id: ID<Order>, of bureau: ID<Bureau>) -> Status? {
    let now = sources.now()
    guard let (eid, start) = decoys.start(of: id, at: bureau, now: now) else { return nil }
    var stored = decoy(id, startTime: start, hint: "")
    stored.order.eid = eid
    if eid == .bankIDNO { stored.ticket.autoStartToken = "" }
    let answer =
      eid == .bankIDSE
      ? provider.unanswered(seconds: start.seconds(until: now)) : redirectAnswer(since: start)
    switch answer {
    case .pending(let hint): stored.hint = hint
    case .failed(let hint):
      stored.hint = hint
      stored.order.state = .failed
    case .complete: return nil
    }
    return status(stored)
  }

  func status(_ stored: StoredOrder) -> Status {
    let isPending = stored.order.state == .pending && stored.order.method == .bankID
    let seconds = stored.order.startTime.seconds(until: sources.now())
    return Status(
      stored: stored,
      qrText: isPending && stored.order.eid == .bankIDSE
        ? provider.qrText(stored.ticket, seconds: seconds) : "")
  }

  // MARK: Collecting

  package func collect(_ id: ID<Order>, of bureau: ID<Bureau>, from address: String = "")
    async throws -> Status
  {
    if let decoy = decoyStatus(id, of: bureau) { return decoy }
    let stored = try await load(id, of: bureau)
    guard stored.order.state == .pending else { return status(stored) }
    guard await pace.begin(id) else { return status(stored) }
    do {
      let result = try await advance(stored, of: bureau, from: address)
      await pace.end(id, isOver: result.stored.order.state != .pending)
      return result
    } catch {
      await pace.end(id, isOver: false)
      throw error
    }
  }

  package func cancel(_ id: ID<Order>, of bureau: ID<Bureau>) async throws -> Status {
    if var decoy = decoyStatus(id, of: bureau) {
      decoy.stored.order.state = .failed
      decoy.stored.hint = "The order was cancelled."
      return status(decoy.stored)
    }
    let stored = try await load(id, of: bureau)
    guard stored.order.state == .pending, stored.answer == nil else { return status(stored) }
    if stored.order.method == .bankID, stored.order.eid == .bankIDSE {
      await provider.cancel(stored.ticket.orderRef)
    }
    return try await end(stored, .failed, hint: "The order was cancelled.", of: bureau)
  }

  func load(_ id: ID<Order>, of bureau: ID<Bureau>) async throws -> StoredOrder {
    let found = try await commands.database.read(as: .bureau(TenantKey(bureau))) { [secrets] tx in
      var stored = try OrderTables.load(id, openedBy: secrets, of: bureau, in: tx)
      if stored?.order.method == .sms {
        let code = try SigningCodeTables.load(for: id, of: bureau, in: tx)
        stored?.maskedNumber = code?.number.masked ?? ""
      }
      return stored
    }
    guard let found else { throw IdentityError.orderNotFound }
    return found
  }

  func advance(
    _ stored: StoredOrder, of bureau: ID<Bureau>, from address: String
  ) async throws -> Status {
    // Another call may have collected while this one waited for its turn.
    var stored = try await load(stored.order.id, of: bureau)
    guard stored.order.state == .pending else { return status(stored) }
    if stored.answer == nil {
      switch try await ask(stored) {
      case .pending(let hint):
        stored.hint = hint
        return status(stored)
      case .failed(let hint):
        stored = try await giveUp(stored, hint: hint, of: bureau)
        guard stored.order.state == .pending else { return status(stored) }
      case .complete(let answer):
        let id = stored.order.id, time = sources.now()
        try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
          try OrderTables.keepAnswer(answer, at: time, of: id, bureau, in: tx)
        }
        stored.answer = answer
        stored.answerTime = time
      }
    }
    do {
      let status = try await carryOut(stored, of: bureau)
      tries.ended(stored.order, from: address, isAccepted: true, at: sources.now())
      return status
    } catch let refusal as any Refusal {
      if refusal is IdentityError || refusal as? AgreementError == .otherSigner {
        tries.ended(stored.order, from: address, isAccepted: false, at: sources.now())
      }
      _ = try await end(stored, .failed, hint: refusal.message, of: bureau)
      throw refusal
    }
  }

  /// Ends an order that BankID calls failed, unless its answer is there: BankID tells an answer
  /// once, and the failure may be that another server has just had it.
  private func giveUp(_ stored: StoredOrder, hint: String, of bureau: ID<Bureau>) async throws
    -> StoredOrder
  {
    let id = stored.order.id
    try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.giveUp(id, hint: hint, of: bureau, in: tx)
    }
    return try await load(id, of: bureau)
  }

  func end(
    _ stored: StoredOrder, _ state: Order.State, hint: String, results: [String] = [],
    refusals: [OrderRefusal] = [], of bureau: ID<Bureau>
  ) async throws -> Status {
    let id = stored.order.id
    try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.end(
        id, state, hint: hint, results: results, refusals: refusals, of: bureau, in: tx)
    }
    var ended = stored
    ended.order.state = state
    ended.hint = hint
    ended.results = results
    ended.refusals = refusals
    return status(ended)
  }

  private func verify(_ answer: [UInt8], of order: Order, at time: Instant) throws -> Evidence {
    switch order.eid {
    case .bankIDSE: return try provider.verify(answer, of: order, key: key, at: time)
    case .bankIDNO:
      guard let redirect else { throw IdentityError.eidNotConfigured }
      return try redirect.verify(answer, of: order, key: key, at: time)
    }
  }

  /// Of what comes back by a redirect there is nobody to ask: it comes, or time runs out.
  private func ask(_ stored: StoredOrder) async throws -> IdentityAnswer {
    if stored.order.method == .sms { return codeAnswer(stored.order) }
    switch stored.order.eid {
    case .bankIDSE: return try await provider.collect(stored.ticket.orderRef)
    case .bankIDNO:
      return redirectAnswer(since: stored.order.startTime)
    }
  }

  private func redirectAnswer(since start: Instant) -> IdentityAnswer {
    start.adding(minutes: Self.redirectMinutes) > sources.now()
      ? .pending(hint: Self.firstHint(.bankIDNO))
      : .failed(hint: "Nobody came back from BankID in time. Start again.")
  }

  // MARK: Carrying out

  private func carryOut(_ stored: StoredOrder, of bureau: ID<Bureau>) async throws -> Status {
    guard let answer = stored.answer else { throw IdentityError.orderEnded }
    let order = stored.order
    let time = stored.answerTime ?? sources.now()
    let evidence =
      order.method == .sms
      ? try await codeEvidence(answer, of: order, at: bureau)
      : try verify(answer, of: order, at: time)
    switch order.purpose {
    case .login:
      return try await logIn(stored, evidence, of: bureau)
    case .agreement(let agreement):
      let place = try place(of: order, bureau)
      let name = try await carryOut(order, at: place, subject: agreement, answer) { context in
        guard
          let agreement = try AgreementTables.load(agreement, of: place, in: context.transaction)
        else { throw AgreementError.notFound }
        guard agreement.signer.nationalIDDigest == evidence.signer else {
          throw AgreementError.otherSigner
        }
        try evidence.check(order, signer: agreement.signer.nationalIDDigest)
        let opened = try AgreementService.Opened(agreement, at: place, in: context.transaction)
        return try agreement.signing(with: evidence, text: opened.text)
      } name: {
        ResourceName.child("agreements", $0, of: place)
      }
      // What cannot be asked now, the job asks again.
      do { try await activation.advance(agreement, at: place) } catch {
        logger.warning(
          "a signed agreement waits",
          metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
      }
      return try await end(stored, .complete, hint: "Signed.", results: [name], of: bureau)
    case .consent(let bank, let invitation):
      let place = try place(of: order, bureau), user = try user(of: order)
      let name = try await carryOut(order, at: place, subject: ID<Consent>(order.id.uuid), answer) {
        context in
        try Self.check(evidence, of: order, by: user, "ConsentService/StartConsent", context)
        return try ConsentService.facts(
          order, bank: bank, invitation: invitation, by: user, with: evidence, context)
      } name: {
        ResourceName.child("consents", $0, of: place)
      }
      return try await end(stored, .complete, hint: "Consent given.", results: [name], of: bureau)
    case .payments(let payments):
      let place = try place(of: order, bureau), user = try user(of: order)
      guard let first = payments.first else { throw PaymentError.noPayments }
      _ = try await carryOut(order, at: place, subject: first, answer) { context in
        try Self.check(
          evidence, of: order, by: user, "PaymentService/StartPaymentSignature", context)
        try SigningBySMS.check(order, by: user, at: place, in: context.transaction)
        return try PaymentSigning.facts(
          for: payments, by: user, with: evidence, at: place, context)
      } name: {
        ResourceName.child("payments", $0, of: place)
      }
      let names = payments.map { ResourceName.child("payments", $0, of: place) }
      return try await end(stored, .complete, hint: "Signed.", results: names, of: bureau)
    case .bulkPayments(let parts):
      return try await carryOutBulk(
        stored, parts, by: try user(of: order), with: evidence, answer, of: bureau)
    }
  }

  /// One command for what was signed; its evidence is kept in the same transaction. The order's id
  /// is the request id: however often it is collected, it is carried out once.
  private func carryOut<Of>(
    _ order: Order, at place: Place, subject: ID<Of>, _ answer: [UInt8],
    decide: @escaping @Sendable (Commands.Context) throws -> [Fact],
    name: @escaping @Sendable (ID<Of>) -> String
  ) async throws -> String {
    let method = "bureau.v1.IdentityService/CollectOrder"
    let caller = order.user.map {
      Caller(bureau: place.bureau, user: $0, session: nil, secretHash: [])
    }
    let digest = Array(SHA256.hash(data: answer))
    let call = Call(
      method: method, caller: caller, requestID: Call.orders + order.id.hex,
      digest: Call.digest(method, order.id.bytes))
    return try await commands.run(
      call, at: place, subject: subject, decide: decide,
      apply: { context in
        try Blobs.store(answer, digest: digest, of: place, in: context.transaction)
      },
      answer: { id, _ in name(id) })
  }

  /// The person, the content, and the right, all as they are at this moment.
  private static func check(
    _ evidence: Evidence, of order: Order, by user: ID<User>, _ method: String,
    _ context: Commands.Context
  ) throws {
    let place = context.place
    guard
      let signer = try TenancyTables.user(user, of: place.bureau, in: context.transaction),
      let digest = signer.nationalIDDigest
    else { throw TenancyError.userNotFound }
    try evidence.check(order, signer: digest)
    let caller = Caller(bureau: place.bureau, user: user, session: nil, secretHash: [])
    try Access.check("bureau.v1.\(method)", by: caller, at: place, in: context.transaction)
  }

  private func place(of order: Order, _ bureau: ID<Bureau>) throws -> Place {
    guard let company = order.company else { throw IdentityError.orderNotFound }
    return Place(bureau: bureau, company: company)
  }

  private func user(of order: Order) throws -> ID<User> {
    guard let user = order.user else { throw IdentityError.orderNotFound }
    return user
  }

  private func logIn(_ stored: StoredOrder, _ evidence: Evidence, of bureau: ID<Bureau>)
    async throws -> Status
  {
    let time = sources.now(), secret = sources.secret(), id = sources.id(Session.self)
    let hash = Access.hash(secret), order = stored.order.id
    let session = try await commands.database.write(as: .bureau(TenantKey(bureau))) {
      [sessionLimits] tx in
      guard let user = try TenancyTables.user(with: evidence.signer, of: bureau, in: tx),
        !user.isBlocked
      else { throw IdentityError.loginRefused }
      try SessionTables.sweep(of: bureau, at: time, sessionLimits, in: tx)
      let session = Session(id: id, user: user.id, startTime: time, lastUseTime: time)
      try IdentityTables.start(session, hash: hash, of: bureau, in: tx)
      try OrderTables.end(order, .complete, hint: "Logged in.", of: bureau, in: tx)
      return StartedSession(session: session, user: user, secret: secret)
    }
    var ended = stored
    ended.order.state = .complete
    ended.hint = "Logged in."
    return Status(stored: ended, qrText: "", session: session)
  }
}
