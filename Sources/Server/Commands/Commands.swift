// Invariant L for every command in one place: head lock, access, idempotency, decision, facts.

import Crypto
package import Domain
package import Engine
package import Foundation
package import GRPCCore
package import Primitives
package import Storage
package import SwiftProtobuf

/// Where time, ids and randomness come from (invariant C).
package struct Sources: Sendable {
  package var now: @Sendable () -> Instant
  package var uuid: @Sendable () -> UUID
  /// As many unpredictable bytes as asked for.
  package var random: @Sendable (Int) -> [UInt8]

  package init(
    now: @escaping @Sendable () -> Instant, uuid: @escaping @Sendable () -> UUID,
    random: @escaping @Sendable (Int) -> [UInt8]
  ) {
    self.now = now
    self.uuid = uuid
    self.random = random
  }

  /// The real sources.
  package static let system = Sources(
    now: { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) },
    uuid: { UUID() },
    random: { count in
      var generator = SystemRandomNumberGenerator()
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      // Eight at a time: each asks the kernel.
      while bytes.count < count {
        let word: UInt64 = generator.next()
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0.prefix(count - bytes.count)) }
      }
      return bytes
    })

  package func id<Of>(_: Of.Type = Of.self) -> ID<Of> { ID(uuid()) }

  /// A secret for a person or program: 256 random bits as text.
  package func secret() -> String {
    Data(random(32)).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// One call that wants to change something.
package struct Call: Sendable {
  package var method: String
  /// nil where the access table lets anyone in, and for the server's own jobs.
  package var caller: Caller?
  package var requestID: String
  package var digest: [UInt8]
  package var isDryRun: Bool
  /// For whom the server does its own work; nil: for nobody.
  package var actor: ID<User>?

  package init(
    method: String, caller: Caller?, requestID: String, digest: [UInt8], isDryRun: Bool = false
  ) {
    self.method = method
    self.caller = caller
    self.requestID = requestID
    self.digest = digest
    self.isDryRun = isDryRun
  }

  /// The call of a request message; its id is checked here.
  /// - Parameter single: The method that does the same to one item, where this is one of a stream:
  ///   a repeat by either is the same request.
  package init(
    _ context: ServerContext, _ caller: Caller?, _ request: some SwiftProtobuf.Message,
    requestID: String, isDryRun: Bool, single: MethodDescriptor? = nil
  ) throws {
    try Self.check(requestID)
    let method = context.descriptor.fullyQualifiedMethod
    let bytes: [UInt8] = try request.serializedBytes()
    self.init(
      method: method, caller: caller, requestID: requestID,
      digest: Self.digest(single?.fullyQualifiedMethod ?? method, bytes), isDryRun: isDryRun)
  }

  /// Refuses an id that no caller may use.
  static func check(_ requestID: String) throws(RequestError) {
    guard !requestID.isEmpty else { throw .missing }
    // Ids that begin with "order/" are the server's own.
    guard requestID.utf8.count <= 120, requestID.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !requestID.hasPrefix(orders)
    else { throw .malformed }
  }

  static let orders = "order/"

  /// Whether it carries out a BankID order.
  var isOrder: Bool { requestID.hasPrefix(Self.orders) }

  /// Whether it is the server's own work: it has a turn of its own beside the bureau's callers.
  var isJob: Bool { method.hasPrefix("job/") }

  package static func digest(_ method: String, _ request: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: Array(method.utf8) + [0] + request))
  }
}

package struct Commands: Sendable {
  package let database: any Database
  private let group: GroupCommit
  package let sources: Sources
  /// Seals what the database keeps secret.
  package let secrets: SecretBox
  /// How often a company may be called.
  package let rates: RateLimits
  /// Begun before the transport tells the calls in flight to end.
  package let drain: Drain
  /// nil: of this server nobody asks for the past.
  private let past: PastReads?

  package init(
    database: any Database, group: GroupCommit, sources: Sources, secrets: SecretBox,
    rates: RateLimits? = nil, drain: Drain = Drain(), past: PastReads? = nil
  ) {
    self.database = database
    self.group = group
    self.sources = sources
    self.secrets = secrets
    self.rates = rates ?? RateLimits(RateSettings(), now: sources.now)
    self.drain = drain
    self.past = past
  }

  /// Commands that wait for a commit.
  package var waiting: Int { group.queued }

  /// What a command sees while it decides.
  package struct Context {
    package let place: Place
    package let time: Instant
    package let transaction: any Transaction
    /// Whether whoever called sees salaries.
    package let sight: SalarySight
  }

  /// The dry run's way out of its transaction: the answer goes, the changes do not stay.
  struct DryRun<Answer: Sendable>: Error {
    var answer: Answer
  }

  /// Runs one command: lock, access, idempotency, decide, apply, answer; durable when it returns.
  /// - Parameters:
  ///   - subject: The id of what is made or changed; a repeat gets that of the first time.
  ///   - decide: All rules; reads through the context, may run again. Changes nothing, but may keep
  ///     a blob that its facts name.
  ///   - apply: What else belongs to the same transaction: blobs, messages.
  ///   - answer: Reads what the caller is told.
  package func run<Of, Answer: Sendable>(
    _ call: Call, at place: Place, subject: ID<Of>,
    decide: @escaping @Sendable (Context) throws -> [Fact],
    apply: (@Sendable (Context) throws -> Void)? = nil,
    answer: @escaping @Sendable (ID<Of>, Context) throws -> Answer
  ) async throws -> Answer {
    // A person has signed: what an order asks for is carried out, however busy the company is.
    if let caller = call.caller, !call.isOrder { try count(caller, at: place) }
    let time = sources.now(), random = sources.random
    let ticket = Ticket(call.isJob ? .jobs(TenantKey(place.bureau)) : Turn(place.scope))
    do {
      return try await submit(as: place.scope, ticket) { tx in
        let head = try Journal.lock(place, in: tx)
        // The server's own work is about everything.
        var sight: SalarySight = call.isJob ? .shown : .hidden
        if let caller = call.caller {
          sight = try Access.check(call.method, by: caller, at: place, in: tx)
        } else if !call.isJob {
          try Access.checkCompany(at: place, in: tx)
        }
        let context = Context(place: place, time: time, transaction: tx, sight: sight)
        let origin = Origin(
          place: place, actor: call.caller?.user ?? call.actor, session: call.caller?.session?.id,
          requestID: call.requestID, requestDigest: call.digest, time: time,
          salt: { random(16) })
        if !call.requestID.isEmpty, let earlier = try Requests.earlier(origin, in: tx) {
          return try answer(ID(bytes: earlier.subject) ?? subject, context)
        }
        // Whatever command it is that names a payee's account: the register knows of it.
        let facts = try SupplierTables.registering(decide(context), at: place, in: tx)
        try Journal.append(facts, after: head, by: origin, in: tx)
        try apply?(context)
        let result = try answer(subject, context)
        if call.isDryRun { throw DryRun(answer: result) }
        return result
      }
    } catch let dryRun as DryRun<Answer> {
      return dryRun.answer
    }
  }

  /// Counts against the company's rate. Of another bureau's callers nothing is counted: they are
  /// refused, and must not use up what is not theirs.
  private func count(_ caller: Caller, at place: Place) throws {
    if caller.bureau == place.bureau, !place.isBureau { try rates.work(at: place) }
  }

  /// Queues the body. A caller that hangs up, or whose deadline passes, before it has begun gets
  /// it no more; what has begun is finished.
  func submit<T: Sendable>(
    as scope: Scope, _ ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await drain.whileCallerWaits(ticket) {
      try await group.submit(as: scope, ticket: ticket, body)
    }
  }

  /// Reads for a caller, in one snapshot with the check of access.
  package func read<Answer: Sendable>(
    _ method: String, by caller: Caller, at place: Place,
    _ body: @escaping @Sendable (any Transaction) throws -> Answer
  ) async throws -> Answer {
    try await read(method, by: caller, at: place) { tx, _ in try body(tx) }
  }

  /// The same, with what the caller sees of salaries.
  package func read<Answer: Sendable>(
    _ method: String, by caller: Caller, at place: Place,
    _ body: @escaping @Sendable (any Transaction, SalarySight) throws -> Answer
  ) async throws -> Answer {
    try count(caller, at: place)
    let ticket = Ticket(Turn(place.scope))
    return try await drain.whileCallerWaits(ticket) {
      try await database.read(as: place.scope, ticket: ticket) { tx in
        try body(tx, try Access.check(method, by: caller, at: place, in: tx))
      }
    }
  }

  /// Refuses what `read` would; not counted against the company's rate, since nothing is asked for.
  func stillAllows(_ method: String, to caller: Caller, at place: Place) async throws {
    try await database.read(as: place.scope, ticket: Ticket(Turn(place.scope))) { tx in
      _ = try Access.check(method, by: caller, at: place, in: tx)
    }
  }

  /// The same as things were at `moment`, from the journals alone; nil: as they are.
  ///
  /// Who may look is decided by the roles of today: what somebody was allowed then is history, and
  /// what somebody is no longer allowed to see is not shown by asking for yesterday.
  package func read<Answer: Sendable>(
    _ method: String, by caller: Caller, at place: Place, asOf moment: Instant?,
    _ body: @escaping @Sendable (any Transaction) throws -> Answer
  ) async throws -> Answer {
    try await read(method, by: caller, at: place, asOf: moment) { tx, _ in try body(tx) }
  }

  /// The same, with what the caller sees of salaries today.
  package func read<Answer: Sendable>(
    _ method: String, by caller: Caller, at place: Place, asOf moment: Instant?,
    _ body: @escaping @Sendable (any Transaction, SalarySight) throws -> Answer
  ) async throws -> Answer {
    guard let moment else { return try await read(method, by: caller, at: place, body) }
    let (heads, sight) = try await read(method, by: caller, at: place) { tx, sight in
      (try AsOf.heads(of: place, in: tx), sight)
    }
    guard let past else { throw AsOfError.notHere }
    return try await drain.watchingCaller { isThere in
      try await past.read(
        place, at: moment, heads: heads, from: database, while: isThere
      ) { tx in try body(tx, sight) }
    }
  }
}

extension ServerContext {
  /// `bureau.v1.PaymentService/GetPayment`
  var method: String { descriptor.fullyQualifiedMethod }
}
