// What the server does by itself: due payments to the bank, prepared files delivered, answers
// read, payments without an answer put in doubt, messages sent. Each step is a command of its own
// in one company's scope; whatever fails is tried again at the next round and stops nothing else.
// Several servers on one database share the work by claims (invariant O).

import Crypto
package import Domain
import Engine
import Formats
package import Logging
import Primitives
import Storage
import Synchronization

package struct Jobs: Sendable {
  let commands: Commands
  let activation: Activation
  let channel: any BankChannel
  let messenger: any Messenger
  private let pages: PagesAddress
  let publisher: CheckpointPublisher
  /// Between two checkpoints of a bureau.
  let checkpointMinutes: Int
  let metrics: Metrics
  let reconciliation: Reconciliation
  let logger: Logger
  let postponed = PostponedFiles()
  private let turn = Turns()
  /// This run of this server, in the claims.
  private let owner: [UInt8]

  /// Work items and files in one round.
  private let roundLimit = 200
  /// Work items claimed at once: few, so that several servers share a rush.
  private let claimLimit = 16
  /// How long a dead server's claims stand in the way. Far longer than a step takes.
  private let claimMinutes = 2
  /// Bytes of one return file.
  private let returnFileLimit = 64 << 20

  package init(
    commands: Commands, activation: Activation, channel: any BankChannel, messenger: any Messenger,
    pages: PagesAddress = PagesAddress(), publisher: CheckpointPublisher, checkpointMinutes: Int,
    reconciliation: Reconciliation,
    metrics: Metrics = Metrics(),
    logger: Logger
  ) {
    self.commands = commands
    self.activation = activation
    self.channel = channel
    self.messenger = messenger
    self.pages = pages
    self.publisher = publisher
    self.checkpointMinutes = checkpointMinutes
    self.metrics = metrics
    self.reconciliation = reconciliation
    self.logger = logger
    owner = commands.sources.random(16)
  }

  /// Does what is due now, once. Returns how many steps succeeded.
  @discardableResult
  package func runOnce() async throws -> Int {
    await reconcile()
    var done = 0, taken = 0
    while taken < roundLimit {
      let items = try await claim()
      if items.isEmpty { break }
      taken += items.count
      for item in items where await attempt(item) { done += 1 }
    }
    let time = commands.sources.now(), limit = roundLimit
    // What failed before does not take the place of what comes after it.
    let held = postponed.held(at: time)
    for file in try channel.waiting(limit: limit + held.count).filter({ !held.contains($0) })
      .prefix(limit)
    {
      if await attempt(file) { done += 1 }
    }
    return done
  }

  /// Does what is due until nothing more comes of it; bounded.
  package func runUntilIdle() async throws {
    for _ in 0..<1_000 where try await runOnce() == 0 { return }
  }

  // MARK: Claims

  /// Takes some of what is due, for this server alone.
  private func claim() async throws -> [WorkItem] {
    let time = commands.sources.now(), limit = claimLimit, claim = claim(from: time)
    // A look first: most rounds find nothing, and a look is no write.
    let isIdle = try await commands.database.read(as: .platform) { tx in
      try Work.due(at: time, limit: 1, in: tx).isEmpty
    }
    if isIdle { return [] }
    let served = turn.served.withLock { $0 }
    let items = try await commands.database.write(as: .platform) { tx in
      try Work.claim(claim, at: time, limit: limit, after: served, in: tx)
    }
    turn.served.withLock { $0 = items.last?.place.bureau ?? $0 }
    return items
  }

  private func claim(from time: Instant) -> Claim {
    Claim(owner: owner, end: time.adding(minutes: claimMinutes))
  }

  /// Asked right before anything leaves the server: whoever was so slow that its claim has ended
  /// may have been overtaken by another, and leaves the item alone.
  private func stillHolds(_ item: WorkItem) async throws -> Bool {
    let time = commands.sources.now(), claim = claim(from: time)
    return try await commands.database.write(as: item.place.scope) { tx in
      try Work.renew(claim, of: item, at: time, in: tx)
    }
  }

  /// Lets go of what was claimed and not done, so that other servers need not wait. The last
  /// thing that is called.
  package func release() async throws {
    let owner = owner
    try await commands.database.write(as: .platform) { try Work.release(owner, in: $0) }
  }

  private func attempt(_ item: WorkItem) async -> Bool {
    do {
      switch item.kind {
      case .prepare:
        guard try await mayLeave(item) else { return false }
        try await prepare(item)
      case .deliver:
        guard try await mayLeave(item) else { return false }
        try await deliver(item)
      case .answer: try await lose(item)
      case .message: try await send(item)
      case .activate: try await activate(item, owner: owner)
      case .linkEnd: try await endLink(item)
      case .consentEnd: try await renew(item)
      case .checkpoint: try await vouch(item)
      case .post: try await post(item, owner: owner)
      case .hold: return false  // never due
      }
      metrics.count(.jobs, item.kind.rawValue, "done")
      if item.kind == .checkpoint { metrics.mark(.checkpointAge, at: commands.sources.now()) }
      return true
    } catch {
      metrics.count(.jobs, item.kind.rawValue, "failed")
      logger.error(
        "job failed, will be tried again in a minute",
        metadata: [
          "job": "\(item.kind.rawValue)", "cause": "\(String(reflecting: error).prefix(300))",
        ])
      let owner = owner, next = commands.sources.now().adding(minutes: 1)
      try? await commands.database.write(as: item.place.scope) { tx in
        try Work.postpone(item, to: next, by: owner, in: tx)
      }
      return false
    }
  }

  /// The server's own call: no caller, no request id, since work is finished in its transaction.
  static func call(_ name: String) -> Call {
    Call(method: "job/\(name)", caller: nil, requestID: "", digest: [])
  }

  // MARK: Reconcile first

  /// The comparison with what lies outside of the database, until it has succeeded once.
  private func reconcile() async {
    do {
      if reconciliation.isDone { return try await reconciliation.compareWithWitness() }
      for connection in try await reconciliation.compare() { try await reread(connection) }
      reconciliation.finish()
    } catch {
      logger.error(
        "the bank folders cannot be compared with the database: nothing is sent until they can",
        metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
    }
  }

  /// Whether an item that leads to the bank may be worked on; what is held waits for its release.
  private func mayLeave(_ item: WorkItem) async throws -> Bool {
    guard reconciliation.isDone else { throw NotCompared() }
    let place = item.place
    let isHeld = try await commands.database.read(as: place.scope) { tx in
      try HoldTables.isHeld(place, in: tx)
    }
    guard isHeld else { return true }
    try await commands.database.write(as: place.scope) { try Work.park(item, in: $0) }
    logger.warning(
      "held back until the bank is reconciled",
      metadata: ["job": "\(item.kind.rawValue)", "company": "\(place.company.hex)"])
    return false
  }

  /// Reads the files of before that an older copy of the database does not know. Those that it
  /// knows have no second effect.
  private func reread(_ connection: BankConnection) async throws {
    guard reconciliation.takesReread(of: connection) else { return }
    let place = Place(bureau: connection.bureau, company: connection.company)
    for file in try channel.finished(from: connection) {
      do {
        guard let content = try channel.read(file, limit: returnFileLimit) else { continue }
        let digest = Array(SHA256.hash(data: content))
        let isRead = try await commands.database.read(as: place.scope) { tx in
          try StatementTables.isRead(digest, from: connection.bank, of: place, in: tx)
        }
        if !isRead { try await apply(content, from: connection) }
      } catch let error as BankChannelError {
        logger.error("a file of before cannot be read", metadata: ["cause": "\(error.message)"])
      } catch TenancyError.companyNotFound { return }
    }
  }

  // MARK: Due payments

  /// Writes the files of an agreement's due payments and fixes their bytes.
  private func prepare(_ item: WorkItem) async throws {
    guard let agreement = ID<Agreement>(bytes: item.subject) else { return }
    let sources = commands.sources
    let place = item.place
    // Ids are made outside: the body may run again.
    let ids = (0..<32).map { _ in sources.id(Transfer.self) }
    try await commands.run(
      Self.call("prepare"), at: place, subject: agreement
    ) { context in
      try Self.prepared(agreement, ids, context, at: context.time)
    } apply: { context in
      let tx = context.transaction
      try Work.finish(.prepare, agreement.bytes, of: place, in: tx)
      let waiting = try Self.sendable(place, in: tx)
      let next = waiting.filter { $0.signature?.agreement == agreement && !$0.isHeld }
        .compactMap { $0.signature?.transferTime }.min()
      if let next { try Work.schedule(.prepare, agreement.bytes, at: next, of: place, in: tx) }
    } answer: { _, _ in
    }
  }

  /// One file for each day and service level that is due at `time`; its bytes are kept under their
  /// digest. `only`: of these payments alone, for who wants to see what would leave.
  static func prepared(
    _ id: ID<Agreement>, _ ids: [ID<Transfer>], _ context: Commands.Context, at time: Instant,
    only: Set<ID<Payment>>? = nil
  ) throws -> [Fact] {
    let tx = context.transaction, place = context.place
    guard try !HoldTables.isHeld(place, in: tx),
      let agreement = try AgreementTables.load(id, of: place, in: tx),
      agreement.state == .active, let profile = BankProfile.named(agreement.bank),
      let company = try TenancyTables.company(place, in: tx)
    else { return [] }
    let groups = TransferRules.due(
      try sendable(place, in: tx).filter { only?.contains($0.id) ?? true }, of: id,
      profile: profile, at: time)
    return try zip(groups, ids).map { group, transfer in
      let prepared = try TransferRules.preparing(
        transfer, group.payments, on: group.date, agreement: agreement, profile: profile,
        company: company, at: time)
      let digest = Array(SHA256.hash(data: prepared.content))
      try Blobs.store(prepared.content, digest: digest, of: place, in: tx)
      return .transferPrepared(
        TransferPrepared(
          transfer: transfer, agreement: id, fileDigest: digest,
          executionDate: prepared.executionDate, items: prepared.items,
          awaitsBankSignature: profile.finalSignatureInBank, isSalary: prepared.isSalary))
    }
  }

  /// Signed payments, without those that the bank may have been sent already, before an older copy
  /// of the database was put back.
  private static func sendable(_ place: Place, in tx: any Transaction) throws -> [Payment] {
    let signed = try PaymentTables.signed(of: place, limit: 10_000, in: tx)
    let unknown = try HoldTables.unknownPayments(barring: place, in: tx)
    if unknown.isEmpty { return signed }
    return signed.filter { payment in
      payment.signature.map { signature in
        !unknown.contains { $0.mayBe(signature.rendered) }
      } ?? false
    }
  }

  // MARK: Delivery

  /// Leaves a prepared file at the bank. The channel leaves alone what is there already, so a
  /// crash between delivery and its fact does no harm (invariant O).
  private func deliver(_ item: WorkItem) async throws {
    guard let id = ID<Transfer>(bytes: item.subject) else { return }
    let place = item.place
    let loaded = try await commands.database.read(as: place.scope) { tx in
      guard let transfer = try TransferTables.load(id, of: place, for: .shown, in: tx),
        let agreement = try AgreementTables.load(transfer.agreement, of: place, in: tx),
        let content = try Blobs.load(transfer.fileDigest, of: place, in: tx)
      else { throw TransferError.notFound }
      return (transfer, agreement, content)
    }
    let (transfer, agreement, content) = loaded
    guard Array(SHA256.hash(data: content)) == transfer.fileDigest else {
      throw TransferError.unreadable("its content is not what the journal names")
    }
    guard try await stillHolds(item) else { return }
    try channel.deliver(
      content, messageID: transfer.messageID,
      to: BankConnection(bureau: place.bureau, company: place.company, bank: agreement.bank))
    try await commands.run(Self.call("deliver"), at: place, subject: id) { context in
      guard
        let transfer = try TransferTables.load(id, of: place, for: .shown, in: context.transaction),
        transfer.state == .prepared
      else { return [] }
      return [.transferDelivered(TransferDelivered(transfer: id))]
    } answer: { _, _ in
    }
  }

  // MARK: No answer

  /// Payments of a transfer that the bank has not answered in its time become in doubt (E-03).
  private func lose(_ item: WorkItem) async throws {
    guard let id = ID<Transfer>(bytes: item.subject) else { return }
    let place = item.place
    try await commands.run(Self.call("lose"), at: place, subject: id) { context in
      let tx = context.transaction
      guard let transfer = try TransferTables.load(id, of: place, for: .shown, in: tx),
        let agreement = try AgreementTables.load(transfer.agreement, of: place, in: tx),
        let profile = BankProfile.named(agreement.bank),
        let asked = transfer.askedFor(in: profile.zone)
      else { return [] }
      return try transfer.items.flatMap { item -> [Fact] in
        guard let payment = try PaymentTables.load(item.payment, of: place, for: .shown, in: tx),
          payment.instructions.last?.number == item.number
        else { return [] }
        return payment.losing(
          at: context.time, executionDate: asked, profile: profile)
      }
    } apply: { context in
      let tx = context.transaction
      try Work.finish(.answer, id.bytes, of: place, in: tx)
      guard let transfer = try TransferTables.load(id, of: place, for: .shown, in: tx),
        let agreement = try AgreementTables.load(transfer.agreement, of: place, in: tx),
        let profile = BankProfile.named(agreement.bank)
      else { return }
      let asked = transfer.askedFor(in: profile.zone)
      let deadline = asked.map { Payment.answerDeadline(executionDate: $0, profile: profile) }
      // Held or stuck, it has not left: the bank's days begin when it does.
      let next = deadline ?? context.time.adding(days: 1)
      if next > context.time { try Work.schedule(.answer, id.bytes, at: next, of: place, in: tx) }
    } answer: { _, _ in
    }
  }

  // MARK: Messages

  private func send(_ item: WorkItem) async throws {
    guard let id = ID<OutgoingMessage>(bytes: item.subject) else { return }
    let place = item.place
    let message = try await commands.database.read(as: place.scope) {
      [secrets = commands.secrets] tx in
      try MessageTables.load(id, openedBy: secrets, of: place, in: tx)
    }
    if let message {
      guard try await stillHolds(item) else { return }
      try await messenger.send(
        PersonMessage(
          id: id.hex, mobile: message.mobile, email: message.email, subject: message.subject,
          body: message.words, secret: message.secret, about: message.body,
          link: pages.link(about: message.body, secret: message.secret)))
    }
    try await commands.database.write(as: place.scope) { tx in
      try MessageTables.remove(id, of: place, in: tx)
    }
  }

  // MARK: Checkpoints

  private func vouch(_ item: WorkItem) async throws {
    try await publisher.publish(item.place.bureau)
    let owner = owner, next = commands.sources.now().adding(minutes: checkpointMinutes)
    try await commands.database.write(as: item.place.scope) { tx in
      try Work.postpone(item, to: next, by: owner, in: tx)
    }
  }

  // MARK: Return files

  private func attempt(_ file: IncomingFile) async -> Bool {
    do {
      // Servers that share the folder may see the same file: it is applied once all the same.
      guard let content = try channel.read(file, limit: returnFileLimit) else { return false }
      guard try await mayFetch(content, file) else { return false }
      let isHeld = try await apply(content, from: file.connection)
      try channel.finish(file)
      metrics.count(.jobs, "return", "done")
      // It may have told that the database is an older copy: then so may the files of before.
      if isHeld { try await reread(file.connection) }
      return true
    } catch {
      metrics.count(.jobs, "return", "failed")
      postponed.hold(file, until: commands.sources.now().adding(minutes: 1))
      logger.error(
        "return file failed, will be tried again in a minute",
        metadata: [
          "file": "\(file.name.plainLine.prefix(100))",
          "cause": "\(String(reflecting: error).prefix(300))",
        ])
      return false
    }
  }

  /// Applies one return file of a company; one that was read before has no second effect.
  /// Returns whether the company's transfers are held after it.
  @discardableResult
  package func apply(_ content: [UInt8], from connection: BankConnection) async throws -> Bool {
    let place = Place(bureau: connection.bureau, company: connection.company)
    let digest = Array(SHA256.hash(data: content))
    let id = commands.sources.id(ReturnFile.self)
    let parsed = ParsedReturn(content)
    return try await commands.run(Self.call("return"), at: place, subject: id) { context in
      let tx = context.transaction
      if try TenancyTables.company(place, in: tx) == nil { throw TenancyError.companyNotFound }
      if try StatementTables.isRead(digest, from: connection.bank, of: place, in: tx) { return [] }
      switch parsed {
      case .unreadable(let why):
        return StatementRules.unreadable(
          why, file: id, fileDigest: digest, bank: connection.bank)
      case .statusReport(let report):
        let transfer = try ID<Transfer>(hex: report.originalMessageID).flatMap {
          try Self.transfer($0, sentTo: connection.bank, of: place, in: tx)
        }
        var reading = ReturnReading(report, transfer: transfer, file: id)
        // A message of the company's that went to another bank is not unknown: nothing was lost.
        if let message = reading.unknownMessageID.flatMap({ ID<Transfer>(hex: $0) }),
          try TransferTables.load(message, of: place, for: .shown, in: tx) != nil
        {
          reading.unknownMessageID = nil
        }
        return try Self.facts(reading, from: connection.bank, id, digest, context)
      case .notification(let message):
        // Those that somebody has signed with this bank: another has no say about them.
        let accounts = try AgreementTables.list(of: place, limit: 1_000, in: tx)
          .filter { $0.bank == connection.bank && $0.signTime != nil }.map(\.account)
        return try Self.facts(
          ReturnReading(message, accounts: accounts, file: id), from: connection.bank, id, digest,
          context)
      }
    } apply: { context in
      try Blobs.store(content, digest: digest, of: place, in: context.transaction)
    } answer: { _, context in
      try HoldTables.isHeld(place, in: context.transaction)
    }
  }

  /// The transfer, if it went to `bank`: no other bank can answer it.
  static func transfer(
    _ id: ID<Transfer>, sentTo bank: String, of place: Place, in tx: any Transaction
  ) throws -> Transfer? {
    guard let transfer = try TransferTables.load(id, of: place, for: .shown, in: tx),
      try AgreementTables.load(transfer.agreement, of: place, in: tx)?.bank == bank
    else { return nil }
    return transfer
  }

  private static func facts(
    _ reading: ReturnReading, from bank: String, _ file: ID<ReturnFile>, _ digest: [UInt8],
    _ context: Commands.Context
  ) throws -> [Fact] {
    let tx = context.transaction, place = context.place
    let reading = try unbundled(reading, from: bank, file, context)
    var payments: [ID<Payment>: Payment] = [:]
    for answer in reading.answers where payments[answer.item.payment] == nil {
      payments[answer.item.payment] = try PaymentTables.load(
        answer.item.payment, of: place, for: .shown, in: tx)
    }
    let known = try HoldTables.findings(of: place, in: tx)
    let suspicions = HoldRules.suspecting(
      reading, from: bank, payments: payments, known: known,
      evidence: try HoldTables.knownEvidence(of: place, in: tx),
      isBureauHeld: try HoldTables.isBureauHeld(place.bureau, in: tx))
    // Nothing is unknown nearly always: then nobody looks for twins.
    let warnings =
      suspicions.isEmpty
      ? []
      : HoldRules.warning(
        after: suspicions, signed: try PaymentTables.signed(of: place, limit: 10_000, in: tx),
        known: known, file: file)
    return StatementRules.applying(
      reading, to: payments, file: file, fileDigest: digest, bank: bank)
      + suspicions + warnings
  }
}

/// Whose work came last, so that others come next.
private final class Turns: Sendable {
  let served = Mutex<ID<Bureau>?>(nil)
}

/// Why nothing is sent yet: what the banks were sent before is not known.
private struct NotCompared: Error {}
