// The proof of one payment: its facts with their places in the journals, the evidence, the files.

import AuditTrail
import Domain
import Engine
import Primitives
import Storage

struct PaymentProofExporter: Sendable {
  let database: any Database
  let publisher: CheckpointPublisher
  let now: @Sendable () -> Instant

  /// Facts about one payment: 99 sendings with their answers are some hundreds.
  private static let factLimit = 5_000
  private static let page: Int64 = 200

  /// - Parameter showsBureau: Whether the envelopes of the bureau's journal may be shown, which tell
  ///   who did something when in the whole bureau; else a role's fact stands alone.
  func export(
    _ payment: ID<Payment>, of place: Place, for sight: SalarySight, withFiles: Bool,
    showsBureau: Bool,
    to write: @escaping (_ piece: [UInt8]) async throws -> Void
  ) async throws {
    let told = try await gather(payment, of: place, for: sight)
    let own = told.company.map(\.stored.sequence)
    let checkpoints = ProofCheckpoints(
      witness: publisher.witness, bureau: place.bureau, newest: await newest(place, through: own))
    let bureauPlace = Place(bureau: place.bureau)
    let runs = try await self.runs(own, of: place, checkpoints)
    let bureauRuns =
      showsBureau
      ? try await self.runs(told.bureau.map(\.stored.sequence), of: bureauPlace, checkpoints)
      : told.bureau.map { Run(first: $0.stored.sequence, last: $0.stored.sequence, by: nil) }
    var output = JournalExporter.Output(write: write)
    try await output.add(
      PaymentProofText.header(
        bureau: place.bureau.bytes, company: place.company.bytes, payment: payment.bytes,
        time: now(), withFiles: withFiles))
    var vouching: [Int64: VouchedCheckpoint] = [:]
    for checkpoint in (runs + bureauRuns).compactMap(\.by) {
      vouching[checkpoint.number] = checkpoint
    }
    for checkpoint in vouching.values.sorted(by: { $0.number < $1.number }) {
      try await output.add(AuditExport.statement(checkpoint.signed))
    }
    var facts = try await add(runs, of: place, telling: own, to: &output)
    facts += try await add(
      bureauRuns, of: bureauPlace, telling: told.bureau.map(\.stored.sequence), to: &output)
    let blobs = try await addFiles(payment, told, of: place, withFiles, to: &output)
    try await output.add(PaymentProofText.end(facts: facts, blobs: blobs))
    try await output.finish()
  }

  // MARK: What is told

  private struct Gathered {
    /// Of the company's journal and of the bureau's, each by sequence.
    var company: [PaymentProofTables.Told]
    var bureau: [PaymentProofTables.Told]
  }

  private func gather(
    _ payment: ID<Payment>, of place: Place, for sight: SalarySight
  ) async throws -> Gathered {
    let limit = Self.factLimit
    let own = try await database.read(as: place.scope) { tx in
      guard try PaymentTables.load(payment, of: place, for: sight, in: tx) != nil else {
        throw PaymentError.notFound
      }
      var told: [Int64: PaymentProofTables.Told] = [:]
      for fact in try PaymentProofTables.facts(about: payment, of: place, limit: limit, in: tx) {
        told[fact.stored.sequence] = fact
        let more: PaymentProofTables.Told? =
          if let signature = fact.signature {
            try PaymentProofTables.consent(
              of: signature.user, bank: signature.rendered.bank, at: signature.signTime, of: place,
              in: tx)
          } else if fact.isAnswer {
            try PaymentProofTables.returnFile(before: fact, of: place, in: tx)
          } else {
            nil
          }
        if let more { told[more.stored.sequence] = more }
      }
      return told.values.sorted { $0.stored.sequence < $1.stored.sequence }
    }
    let signed = own.filter { $0.signature != nil }
    let users = Set(signed.compactMap(\.signature?.user))
    let last = signed.map(\.bureauSequence).max() ?? 0
    var bureau: [PaymentProofTables.Told] = []
    var after: Int64? = users.isEmpty ? nil : 0
    while let from = after {
      let (found, next) = try await database.read(as: Place(bureau: place.bureau).scope) { tx in
        try PaymentProofTables.roles(
          of: users, in: place.company, bureau: place.bureau, after: from, through: last, in: tx)
      }
      bureau += found
      after = next
    }
    return Gathered(company: own, bureau: bureau)
  }

  // MARK: Places in the journals

  /// Facts without a gap of which the last is vouched for by a checkpoint; nil: by none yet.
  private struct Run {
    var first: Int64
    var last: Int64
    var by: VouchedCheckpoint?
  }

  /// A checkpoint that reaches the last fact, made if need be; the newest where none can be made.
  private func newest(_ place: Place, through own: [Int64]) async -> VouchedCheckpoint? {
    let found = try? publisher.witness.newestCheckpoint(of: place.bureau)
    if let found, let last = own.last, let leaf = found.leaf(of: place.company),
      leaf.sequence >= last
    {
      return found
    }
    // Out of reach, it stops nothing: the proof then says that it shows less.
    return (try? await publisher.publish(place.bureau)) ?? found
  }

  private func runs(_ sequences: [Int64], of place: Place, _ checkpoints: ProofCheckpoints)
    async throws -> [Run]
  {
    var runs: [Run] = []
    for sequence in sequences.sorted() where sequence > (runs.last?.last ?? 0) {
      if let (checkpoint, leaf) = checkpoints.first(reaching: sequence, of: place.company) {
        runs.append(Run(first: sequence, last: leaf.sequence, by: checkpoint))
      } else {
        runs.append(Run(first: sequence, last: sequences.max() ?? sequence, by: nil))
      }
    }
    return runs
  }

  private func add(
    _ runs: [Run], of place: Place, telling sequences: [Int64],
    to output: inout JournalExporter.Output
  ) async throws -> Int64 {
    try await output.add(AuditExport.journal(place.company.bytes))
    for run in runs {
      guard let checkpoint = run.by,
        let index = checkpoint.leaves.firstIndex(where: { $0.company == place.company.bytes })
      else { continue }
      try await output.add(
        AuditExport.proof(
          checkpoint.number, index: index, leaf: checkpoint.leaves[index],
          path: MerkleTree(checkpoint.leaves).path(to: index)))
    }
    let told = Set(sequences)
    var count: Int64 = 0
    for run in runs {
      var next = run.first
      while next <= run.last {
        let from = next
        let facts = try await database.read(as: place.scope) { tx in
          try AuditTables.facts(
            of: place, after: from - 1, through: min(run.last, from + Self.page - 1),
            limit: Int(Self.page), in: tx)
        }
        guard let last = facts.last else { break }
        for fact in facts {
          let body: JournalChecker.Body =
            !told.contains(fact.sequence) ? .leftOut : fact.isErased ? .erased : .bytes(fact.body)
          try await output.add(AuditExport.fact(fact.sequence, envelope: fact.envelope, body: body))
        }
        count += Int64(facts.count)
        next = last.sequence + 1
      }
    }
    return count
  }

  // MARK: Files

  private func addFiles(
    _ payment: ID<Payment>, _ told: Gathered, of place: Place, _ withFiles: Bool,
    to output: inout JournalExporter.Output
  ) async throws -> Int64 {
    var wanted: [(PaymentProofText.Blob, [UInt8])] = []
    for fact in told.company {
      if let signature = fact.signature {
        wanted.append((.evidence, signature.evidenceDigest))
        try await output.add(
          PaymentProofText.signed(
            fact.stored.sequence, evidence: signature.evidenceDigest,
            text: signature.rendered.canonicalText))
      }
      if let (digest, items) = fact.file, let item = items.first(where: { $0.payment == payment }) {
        wanted.append((.file, digest))
        let content = try await database.read(as: place.scope) { tx in
          try Blobs.load(digest, of: place, in: tx)
        }
        if let content, let range = PaymentProofText.entry(item.endToEndID, in: content) {
          try await output.add(
            PaymentProofText.sent(
              fact.stored.sequence, instruction: item.number, file: digest, at: range,
              entry: Array(content[range])))
        }
      }
      if case .returnFileRead(let read) = fact.fact { wanted.append((.answer, read.fileDigest)) }
    }
    var written: Set<[UInt8]> = []
    for (kind, digest) in wanted where kind == .evidence || withFiles {
      guard written.insert(digest).inserted else { continue }
      let content = try await database.read(as: place.scope) { tx in
        try Blobs.load(digest, of: place, in: tx)
      }
      guard let content else {
        written.remove(digest)
        continue
      }
      try await output.add(PaymentProofText.blob(kind, digest: digest, content))
    }
    return Int64(written.count)
  }
}

/// Which checkpoint reaches a fact first: the sooner it does, the fewer envelopes lead there.
private struct ProofCheckpoints {
  let witness: any Witness
  let bureau: ID<Bureau>
  let newest: VouchedCheckpoint?

  /// What a company's head only ever does is grow, so that halving finds it; a checkpoint that can
  /// not be had counts as one that does not reach.
  func first(reaching sequence: Int64, of company: ID<Company>) -> (VouchedCheckpoint, Leaf)? {
    guard let newest, let leaf = newest.leaf(of: company), leaf.sequence >= sequence else {
      return nil
    }
    var found = (newest, leaf)
    var low: Int64 = 1, high = newest.number
    while low < high {
      let middle = (low + high) / 2
      if let checkpoint = checkpoint(from: middle, below: high),
        let leaf = checkpoint.leaf(of: company), leaf.sequence >= sequence
      {
        found = (checkpoint, leaf)
        high = middle
      } else {
        low = middle + 1
      }
    }
    return found
  }

  /// The first checkpoint from a number on: between them stand changes of keys.
  private func checkpoint(from number: Int64, below end: Int64) -> VouchedCheckpoint? {
    var number = number
    while number < end {
      if let found = try? witness.checkpoint(number, of: bureau) { return found }
      number += 1
    }
    return nil
  }
}

extension VouchedCheckpoint {
  fileprivate func leaf(of company: ID<Company>) -> Leaf? {
    leaves.first { $0.company == company.bytes }
  }
}

extension PaymentProofTables.Told {
  fileprivate var signature: PaymentSignature? {
    switch fact {
    case .paymentSigned(let fact): fact.signature
    case .paymentPartlySigned(let fact): fact.signature
    default: nil
    }
  }

  /// Whether it came with a return file, or may have.
  fileprivate var isAnswer: Bool {
    switch fact {
    case .instructionAccepted, .bankSignatureGiven, .paymentRejected, .paymentPaid, .paymentBooked,
      .alarmRaised:
      true
    default: false
    }
  }

  fileprivate var file: (digest: [UInt8], items: [TransferItem])? {
    switch fact {
    case .transferPrepared(let fact): (fact.fileDigest, fact.items)
    case .transferRecovered(let fact): (fact.fileDigest, fact.items)
    default: nil
    }
  }
}
