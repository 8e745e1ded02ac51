// Before anything leaves, what lies outside of the database is compared with it: the files that were
// left for the banks, and the witness's checkpoints. Whatever is ahead of the database means that an
// older copy was put back; then transfers are held until a person has confirmed (invariant O).

import AuditTrail
import Crypto
package import Domain
import Engine
package import Logging
package import Primitives
package import Storage
import Synchronization

package final class Reconciliation: Sendable {
  private struct State {
    /// Nothing leaves before the first comparison of this run has come to its end.
    var isDone = false
    /// The witness could not be reached: it is asked again, and stops nothing meanwhile.
    var lacksWitness = false
    var nextWitnessTime: Instant?
    /// Whose files of before have been read again in this run.
    var reread: Set<BankConnection> = []
  }

  private let commands: Commands
  private let channel: any BankChannel
  private let publisher: CheckpointPublisher
  private let logger: Logger
  private let state = Mutex(State())
  /// Bytes of one bank file.
  private let fileLimit = 64 << 20

  package init(
    commands: Commands, channel: any BankChannel, publisher: CheckpointPublisher, logger: Logger
  ) {
    self.commands = commands
    self.channel = channel
    self.publisher = publisher
    self.logger = logger
  }

  package var isDone: Bool { state.withLock(\.isDone) }

  package func finish() { state.withLock { $0.isDone = true } }

  /// Whether the files of a connection that were put aside are still to be read again in this run;
  /// true once.
  package func takesReread(of connection: BankConnection) -> Bool {
    state.withLock { $0.reread.insert(connection).inserted }
  }

  /// Compares all, holds what must be held, and accounts for what the banks were sent. May be
  /// repeated: what is known already changes nothing. Returns the connections of held companies.
  package func compare() async throws -> [BankConnection] {
    state.withLock { $0.lacksWitness = false }
    let byBureau = Dictionary(grouping: try channel.connections(), by: \.bureau)
    var held: [BankConnection] = []
    for bureau in Set(byBureau.keys).union(witnessed()).sorted() {
      held += try await compare(bureau, byBureau[bureau] ?? [])
    }
    return held
  }

  /// Asks a witness again that could not be reached at the start; once a minute.
  package func compareWithWitness() async throws {
    let now = commands.sources.now()
    let isDue = state.withLock { state in
      guard state.isDone, state.lacksWitness, state.nextWitnessTime.map({ $0 <= now }) ?? true
      else { return false }
      state.nextWitnessTime = now.adding(minutes: 1)
      return true
    }
    if isDue { _ = try await compare() }
  }

  private func witnessed() -> [ID<Bureau>] {
    do throws(WitnessError) { return try publisher.witness.bureaus() } catch {
      missWitness(error)
      return []
    }
  }

  private func missWitness(_ error: WitnessError) {
    state.withLock { $0.lacksWitness = true }
    logger.error(
      "the witness cannot be compared with the database, will be tried again",
      metadata: ["cause": "\(error.message)"])
  }

  /// What the newest checkpoint vouches for and the journals do not have.
  private func checkpointEvidence(_ bureau: ID<Bureau>) async throws -> [HoldEvidence] {
    let checkpoint: VouchedCheckpoint
    do throws(WitnessError) {
      guard let newest = try publisher.witness.newestCheckpoint(of: bureau) else { return [] }
      checkpoint = newest
    } catch {
      if case .unavailable = error {
        missWitness(error)
        return []
      }
      return [HoldEvidence(.checkpoint, key: "witness \(error.message)", text: error.message)]
    }
    let (facts, journals) = try await commands.database.read(as: Place(bureau: bureau).scope) {
      tx in
      let present = Dictionary(
        try AuditTables.heads(of: bureau, in: tx).map { ($0.company, $0) },
        uniquingKeysWith: { first, _ in first })
      var facts: Int64 = 0, journals = 0
      for vouched in checkpoint.heads where present[vouched.company] != vouched {
        let place = Place(bureau: bureau, company: vouched.company)
        let sequence = present[vouched.company]?.sequence ?? 0
        if sequence >= vouched.sequence,
          try AuditTables.hash(of: vouched.sequence, at: place, in: tx) == vouched.hash
        {
          continue
        }
        facts += max(0, vouched.sequence - sequence)
        journals += 1
      }
      return (facts, journals)
    }
    if journals == 0 { return [] }
    return [
      HoldEvidence(
        .journal, key: "checkpoint \(checkpoint.signed.statement.digest.hexText)",
        text: "The checkpoint of \(checkpoint.time.rfc3339) vouches for \(facts) facts in"
          + " \(journals) journals that the database does not have.")
    ]
  }

  /// After a release the checkpoints of before are contradicted for good: it is said so, once.
  private func declareRestored(_ bureau: ID<Bureau>, _ evidence: [HoldEvidence]) async throws {
    let place = Place(bureau: bureau)
    let isHeld = try await commands.database.read(as: place.scope) { tx in
      try HoldTables.isBureauHeld(bureau, in: tx)
    }
    guard !isHeld, evidence.contains(where: { $0.kind == .journal }) else { return }
    do { _ = try publisher.declareRestored(bureau) } catch {
      logger.error(
        "the witness was not told of the restore, will be tried again at the next start",
        metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
    }
  }

  /// The same for one bureau, right before its hold is released.
  package func compare(_ bureau: ID<Bureau>) async throws {
    _ = try await compare(bureau, try channel.connections().filter { $0.bureau == bureau })
  }

  private func compare(_ bureau: ID<Bureau>, _ connections: [BankConnection]) async throws
    -> [BankConnection]
  {
    let place = Place(bureau: bureau)
    let isKnown = try await commands.database.read(as: place.scope) { tx in
      try TenancyTables.bureau(bureau, in: tx) != nil
    }
    guard isKnown else {
      logger.error(
        "a bank folder or a checkpoint is of a bureau that the database does not hold",
        metadata: ["bureau": "\(bureau.hex)"])
      return []
    }
    var unknown: [(connection: BankConnection, messageID: String)] = []
    let journals = try await checkpointEvidence(bureau)
    var evidence = journals
    for connection in connections {
      for messageID in try await strangers(connection) {
        unknown.append((connection, messageID))
        evidence.append(try file(messageID, connection).evidence)
      }
    }
    try await hold(place, evidence)
    try await declareRestored(bureau, journals)
    for (connection, messageID) in unknown {
      try await recover(try file(messageID, connection), connection)
    }
    return try await held(of: bureau, among: connections)
  }

  /// The files that were left for a bank and that the journal does not know.
  private func strangers(_ connection: BankConnection) async throws -> [String] {
    let sent = try channel.sent(to: connection)
    if sent.isEmpty { return [] }
    let place = Place(bureau: connection.bureau, company: connection.company)
    let known = try await commands.database.read(as: place.scope) { tx in
      try TransferTables.ids(of: place, in: tx)
    }
    return sent.filter { id in ID<Transfer>(hex: id).map { !known.contains($0) } ?? false }
  }

  private func file(_ messageID: String, _ connection: BankConnection) throws -> SentFile {
    let content =
      try channel.sentFile(messageID, to: connection, limit: fileLimit) ?? []
    return SentFile(
      messageID: messageID, bank: connection.bank, digest: Array(SHA256.hash(data: content)),
      content: content)
  }

  private func hold(_ place: Place, _ evidence: [HoldEvidence]) async throws {
    let known = try await commands.database.read(as: place.scope) { tx in
      try HoldTables.knownEvidence(of: place, in: tx)
    }
    let evidence = evidence.filter { !known.contains($0.key) }
    if evidence.isEmpty { return }
    let id = commands.sources.id(TransferHold.self)
    try await commands.run(Jobs.call("hold"), at: place, subject: id) { context in
      HoldRules.holding(
        evidence, known: try HoldTables.knownEvidence(of: place, in: context.transaction))
    } answer: { _, _ in
    }
    logger.critical(
      "the database is older than what lies outside of it: transfers are held",
      metadata: [
        "bureau": "\(place.bureau.hex)", "evidence": "\(evidence.count)",
        "first": "\(evidence.first?.text ?? "")",
      ])
  }

  /// Takes a file of before into the journal: of its company, or of the bureau where the company
  /// itself is lost.
  private func recover(_ file: SentFile, _ connection: BankConnection) async throws {
    let company = Place(bureau: connection.bureau, company: connection.company)
    let exists = try await commands.database.read(as: company.scope) { tx in
      try TenancyTables.company(company, in: tx) != nil
    }
    let place = exists ? company : Place(bureau: connection.bureau)
    let content = try channel.sentFile(file.messageID, to: connection, limit: fileLimit) ?? []
    try await commands.run(
      Jobs.call("recover"), at: place, subject: commands.sources.id(Transfer.self)
    ) { context in
      let tx = context.transaction
      guard let id = ID<Transfer>(hex: file.messageID),
        try TransferTables.load(id, of: place, for: .shown, in: tx) == nil
      else { return [] }
      var payments: [ID<Payment>: Payment] = [:]
      for named in file.payments.compactMap({ Instruction.parse(endToEndID: $0.endToEndID) }) {
        payments[named.payment] = try PaymentTables.load(
          named.payment, of: place, for: .shown, in: tx)
      }
      let known = try HoldTables.findings(of: place, in: tx)
      let facts = HoldRules.recovering(
        file, payments: payments,
        agreements: try AgreementTables.list(of: place, limit: 1_000, in: tx),
        known: Set(known.keys))
      // Those of its own payments that were sent with it are no longer merely signed.
      let sent = facts.flatMap { fact -> [ID<Payment>] in
        if case .transferRecovered(let it) = fact { it.items.map(\.payment) } else { [] }
      }
      let signed = try PaymentTables.signed(of: place, limit: 10_000, in: tx)
        .filter { !sent.contains($0.id) }
      return facts + HoldRules.warning(after: facts, signed: signed, known: known)
    } apply: { context in
      try Blobs.store(content, digest: file.digest, of: place, in: context.transaction)
    } answer: { _, _ in
    }
  }

  private func held(of bureau: ID<Bureau>, among connections: [BankConnection]) async throws
    -> [BankConnection]
  {
    let places = try await commands.database.read(as: Place(bureau: bureau).scope) { tx in
      try HoldTables.places(of: bureau, limit: 100_000, in: tx)
    }
    if places.isEmpty { return [] }
    logger.warning(
      "transfers are held until they are reconciled: `bureau transfer hold list`",
      metadata: ["bureau": "\(bureau.hex)", "holds": "\(places.count)"])
    if places.contains(where: \.isBureau) { return connections }
    let companies = Set(places.map(\.company))
    return connections.filter { companies.contains($0.company) }
  }

  /// A file of the bank's that waits to be read, in one company or in the whole bureau.
  package func unread(_ place: Place) throws -> String? {
    try channel.waiting(limit: 100_000).first {
      $0.connection.bureau == place.bureau
        && (place.isBureau || $0.connection.company == place.company)
    }?.name
  }
}
