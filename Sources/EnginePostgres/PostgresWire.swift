import CPostgres
import Dispatch
import Engine

#if canImport(Glibc)
  import Glibc
#endif

/// One libpq connection, always in pipeline mode: `send` only queues, `settle` sends all that is
/// queued and reads every answer. It knows nothing of transactions.
final class PostgresWire {
  /// An answer that is due, in the order of sending.
  private enum Due {
    case parse(PreparedStatement)
    case control
    case statement
  }

  /// What the last statement answered.
  struct Answer: ~Copyable {
    let result: OpaquePointer
    /// How many rows came or were changed.
    let count: Int

    init(_ result: OpaquePointer) {
      self.result = result
      count =
        PQresultStatus(result) == PGRES_TUPLES_OK
        ? Int(PQntuples(result)) : Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    deinit { PQclear(result) }

    var hasRows: Bool { PQresultStatus(result) == PGRES_TUPLES_OK }
    var tag: String { String(cString: PQcmdStatus(result)) }
  }

  private let handle: OpaquePointer
  private let unreplicated: UnsafeMutablePointer<Int32>
  private var due: [Due] = []
  private var statements = StatementNames()
  private var parameters = Parameters()
  private var bytesDue = 0
  /// How long an answer may take: beyond it the server counts as lost.
  private let answerSeconds: Int
  /// In changes of the schema and checks of everything, an answer may take an hour.
  var isPatient = false
  /// Statements of the program among what is due.
  private(set) var isOwed = false
  /// Not to be used for another transaction: its server is no longer the writable one.
  var isStale = false

  var preparedStatements: Int { statements.count }
  var isOpen: Bool { PQstatus(handle) == CONNECTION_OK && !isStale }
  var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }
  /// More would only fill buffers.
  var isLoaded: Bool { due.count >= 128 || bytesDue >= 1 << 20 }

  /// Connects, and refuses a role or server that the guards can't rely on.
  init(
    _ address: PostgresAddress, answerSeconds: Int, settings: [(String, String)]
  ) throws(EngineError) {
    self.answerSeconds = answerSeconds
    guard let handle = address.connect() else { throw .unavailable("no memory for a connection") }
    self.handle = handle
    unreplicated = .allocate(capacity: 1)
    unreplicated.initialize(to: 0)
    cpostgres_watch(handle, unreplicated)
    guard PQstatus(handle) == CONNECTION_OK else {
      throw .unavailable(address.hidingPassword(in: Self.message(handle)))
    }
    PQsetnonblocking(handle, 1)
    do throws(WireFailure) {
      try setUp(settings)
    } catch {
      throw error.error
    }
    guard PQenterPipelineMode(handle) == 1 else { throw .unavailable(Self.message(handle)) }
  }

  deinit {
    PQfinish(handle)
    unreplicated.deallocate()
  }

  /// Settings that this kind of server does not know are left out.
  private func setUp(_ settings: [(String, String)]) throws(WireFailure) {
    guard PQserverVersion(handle) >= 130_000 else {
      throw .refused(
        .unavailable("PostgreSQL 13 is needed, the server has \(PQserverVersion(handle) / 10_000)"))
    }
    let list = settings.map { "('\($0.0)', '\($0.1)')" }.joined(separator: ", ")
    _ = try simple(
      """
      SELECT set_config(s.name, v.value, false) FROM pg_settings AS s
      JOIN (VALUES \(list)) AS v (name, value) ON v.name = s.name
      WHERE s.name <> 'synchronous_commit' OR s.setting = 'off'
      """)
    let role = try simple(
      "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
    func field(_ column: Int32) -> String { String(cString: PQgetvalue(role.result, 0, column)) }
    guard role.count == 1 else { throw .refused(.unavailable("the server does not know our role")) }
    guard field(1) == "f", field(2) == "f" else {
      let kind = field(1) == "f" ? "exempt from row-level security" : "a superuser"
      throw .refused(
        .unavailable(
          "the role \(field(0)) is \(kind), so the guards between tenants would not hold:"
            + " use a role made by CREATE ROLE … LOGIN NOSUPERUSER NOBYPASSRLS"))
    }
  }

  // MARK: Sending

  /// Queues a statement of the program.
  func send(_ sql: SQL) throws(WireFailure) {
    try send(sql, .statement)
    isOwed = true
  }

  /// Queues a statement that delimits transactions.
  func control(_ sql: SQL) throws(WireFailure) { try send(sql, .control) }

  private func send(_ sql: SQL, _ answer: Due) throws(WireFailure) {
    if let refusal = parameters.fill(sql.values) { throw .refused(refusal) }
    bytesDue += parameters.size
    if let known = statements.find(sql.shape, parameters.types) {
      try execute(known.name, answer)
      return
    }
    let text = sql.text(for: .postgres)
    if let table = SQL.unguardedRead(in: text) {
      throw .refused(.tenant("\(table) is read past its guard, leave out \"main.\": \(text)"))
    }
    if statements.isFull {
      let sent = parameters.withPointers { count, types, values, lengths, formats in
        PQsendQueryParams(handle, text, count, types, values, lengths, formats, 1)
      }
      guard sent == 1 else { throw lost() }
      due.append(answer)
      return
    }
    let statement = statements.name(sql.shape, parameters.types)
    let sent = parameters.withPointers { count, types, _, _, _ in
      PQsendPrepare(handle, statement.name, text, count, types)
    }
    guard sent == 1 else { throw lost() }
    due.append(.parse(statement))
    try execute(statement.name, answer)
  }

  private func execute(_ name: String, _ answer: Due) throws(WireFailure) {
    let sent = parameters.withPointers { count, _, values, lengths, formats in
      PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
    }
    guard sent == 1 else { throw lost() }
    due.append(answer)
  }

  /// Between two transactions: makes room where the statements have become too many.
  func forgetIfFull() throws(WireFailure) {
    if statements.isFull { try forgetStatements() }
  }

  func forgetStatements() throws(WireFailure) {
    statements.forgetAll()
    guard PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1) == 1 else {
      throw lost()
    }
    due.append(.control)
  }

  // MARK: Answers

  /// Sends what is queued and reads every answer. Returns the last one; the first error wins.
  @discardableResult
  func settle() throws(WireFailure) -> Answer? {
    guard !due.isEmpty else { return nil }
    let expected = due
    due = []
    bytesDue = 0
    isOwed = false
    guard PQpipelineSync(handle) == 1 else { throw lost() }
    var last: OpaquePointer?
    var failure: WireFailure?
    for answer in expected {
      while let result = try next(&last) {
        let isParse = if case .parse = answer { true } else { false }
        if [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) {
          PQclear(isParse ? result : last)
          if !isParse { last = result }
          continue
        }
        defer { PQclear(result) }
        // Failed or skipped: the server does not know the statement.
        if case .parse(let statement) = answer { statements.forget(statement) }
        guard PQresultStatus(result) != PGRES_PIPELINE_ABORTED, failure == nil else { continue }
        var found = WireFailure(result)
        if case .control = answer { found.isControl = true }
        failure = found
        if found.isLost {
          isStale = true
          PQclear(last)
          throw found
        }
      }
    }
    PQclear(try next(&last))  // the answer to the sync itself
    guard failure == nil, PQstatus(handle) == CONNECTION_OK else {
      PQclear(last)
      throw failure ?? lost()
    }
    return last.map { Answer($0) }
  }

  /// The next answer, or `nil` at the end of one statement's. Frees `last` where it throws.
  private func next(_ last: inout OpaquePointer?) throws(WireFailure) -> OpaquePointer? {
    do throws(WireFailure) {
      try wait()
      return PQgetResult(handle)
    } catch {
      PQclear(last)
      last = nil
      throw error
    }
  }

  /// Sends and receives until libpq has an answer: a server that falls silent is given up.
  private func wait() throws(WireFailure) {
    let seconds = isPatient ? 3_600 : answerSeconds
    let end = DispatchTime.now().uptimeNanoseconds + UInt64(seconds) * 1_000_000_000
    while true {
      let unsent = PQflush(handle)
      guard unsent >= 0 else { throw lost() }
      guard PQisBusy(handle) == 1 else { return }
      let now = DispatchTime.now().uptimeNanoseconds
      guard now < end else { throw lost("no answer within \(seconds) seconds") }
      var socket = pollfd(
        fd: PQsocket(handle), events: Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0),
        revents: 0)
      let ready = poll(&socket, 1, Int32(min((end - now) / 1_000_000 + 1, 60_000)))
      guard ready >= 0 || errno == EINTR else { throw lost(String(cString: strerror(errno))) }
      if ready > 0, PQconsumeInput(handle) == 0 { throw lost() }
    }
  }

  /// A commit has succeeded without waiting for its standby, as it should have.
  func takeUnreplicated() -> Bool {
    defer { unreplicated.pointee = 0 }
    return unreplicated.pointee != 0
  }

  // MARK: Texts

  /// Runs several statements without values; nothing may be queued.
  func script(_ text: String) throws(WireFailure) {
    guard PQexitPipelineMode(handle) == 1 else { throw lost() }
    let outcome = Result { () throws(WireFailure) in _ = try simple(text) }
    guard PQenterPipelineMode(handle) == 1 else { throw lost() }
    try outcome.get()
  }

  /// Runs a text outside of pipeline mode. Returns its last answer, with values as texts.
  @discardableResult
  private func simple(_ text: String) throws(WireFailure) -> Answer {
    guard PQsendQuery(handle, text) == 1 else { throw lost() }
    var last: OpaquePointer?
    var failure: WireFailure?
    while let result = try next(&last) {
      let status = PQresultStatus(result)
      if [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY].contains(status) {
        PQclear(last)
        last = result
      } else {
        if failure == nil { failure = WireFailure(result) }
        PQclear(result)
        if PQstatus(handle) != CONNECTION_OK { break }
      }
    }
    if let failure {
      PQclear(last)
      throw failure
    }
    guard let last else { throw lost() }
    return Answer(last)
  }

  private func lost(_ reason: String? = nil) -> WireFailure {
    isStale = true
    return .lost(reason ?? Self.message(handle))
  }

  private static func message(_ handle: OpaquePointer) -> String {
    String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
  }
}
