import EngineKit
import Foundation
import Synchronization
import Testing

@testable import Engine
@testable import EnginePostgres

/// What only PostgreSQL can do wrong.
@Suite(.enabled(if: PostgresCluster.programs != nil, "PostgreSQL is not installed"))
struct PostgresTests {
  private let alpha = Scope.company(bureau: Ledger.one, company: Ledger.alpha)

  private func withPostgres(
    lanes: Int = 4, timeouts: PostgresDatabase.Timeouts = .init(),
    _ body: @escaping @Sendable (PostgresDatabase, String) async throws -> Void
  ) async throws {
    try await TestEngine.run(.postgres) {
      let url = try await TestEngine.current.place(Ledger.migrations).address
      let database = try await PostgresDatabase.open(
        url: url, lanes: lanes, readers: 2, timeouts: timeouts)
      do {
        try await body(database, url)
        await database.close()
      } catch {
        await database.close()
        throw error
      }
    }
  }

  private func message(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return "nothing"
    } catch { return "\(error)" }
  }

  /// A lane's connection for the body, on the lane's thread.
  private func onConnection<T: Sendable>(
    _ database: PostgresDatabase, _ body: @escaping @Sendable (PostgresConnection) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { done in
      do {
        try database.schedule { lane in
          done.resume(
            with: Result {
              try body(try #require(try lane.get() as? PostgresConnection))
            })
        }
      } catch { done.resume(throwing: error) }
    }
  }

  // MARK: Deferred statements

  @Test func `a deferred statement that fails is found at the commit`() async throws {
    try await withPostgres { database, _ in
      let answer = await refusal {
        try await database.write(as: alpha) { tx in
          try Ledger.add(1, in: tx)
          try Ledger.add(1, in: tx)
          try Ledger.add(2, in: tx)
        }
      }
      #expect(answer == "unique")
      let kept = try await Ledger.ids(database)
      #expect(kept == [])
    }
  }

  @Test func `a deferred statement that fails is its command's failure, not its neighbour's`()
    async throws
  {
    try await withPostgres(lanes: 1) { database, _ in
      let seen = try await onConnection(database) { connection in
        var failures: [EngineError?] = []
        try connection.begin()
        for id in [1, 1, 2] {
          try connection.enter(alpha)
          try connection.openSavepoint()
          try Ledger.add(id, in: connection)
          failures.append(connection.failure?.error)
          if connection.failure == nil {
            try connection.releaseSavepoint()
          } else {
            try connection.undoSavepoint()
          }
        }
        try connection.commit()
        return failures.map { $0?.name }
      }
      #expect(seen == [nil, "unique", nil])
      #expect(try await Ledger.ids(database) == [1, 2])
    }
  }

  @Test func `a value that is refused before it is sent undoes what was deferred before it`()
    async throws
  {
    try await withPostgres { database, _ in
      try await database.write(as: alpha) { tx in
        try Ledger.add(1, in: tx)
        #expect(throws: EngineError.self) {
          try tx.savepoint {
            try Ledger.add(1, in: tx)
            try tx.execute("UPDATE main.everything SET text = \("a\u{0}")")
          }
        }
        try Ledger.add(2, in: tx)
      }
      #expect(try await Ledger.ids(database) == [1, 2])
    }
  }

  @Test func `the scope holds after a savepoint was undone`() async throws {
    try await withPostgres { database, _ in
      try await database.write(as: alpha) { tx in
        #expect(throws: EngineError.self) {
          try tx.savepoint { _ = try tx.first("SELECT nonsense", as: Int.self) }
        }
        try Ledger.add(1, in: tx)
        #expect(try tx.rows("SELECT id FROM company_row", as: Int.self) == [1])
      }
    }
  }

  @Test func `a thousand deferred statements go through`() async throws {
    try await withPostgres { database, _ in
      try await database.write(as: alpha) { tx in
        for id in 1...1000 { try Ledger.add(id, in: tx) }
        for id in 1...40 {
          try tx.execute(
            """
            INSERT INTO main.everything (bureau, id, bytes)
            SELECT bureau, \(id), \([UInt8](repeating: 7, count: 100_000)) FROM company_row
            WHERE FALSE
            """)
        }
      }
      #expect(try await Ledger.ids(database).count == 1000)
    }
  }

  // MARK: Prepared statements

  @Test func `statements stay prepared after a failure, and one that could not be is tried again`()
    async throws
  {
    try await withPostgres(lanes: 1) { database, _ in
      for round in 0..<3 {
        let answer = await refusal {
          try await database.write(as: alpha) { tx in
            try Ledger.add(1, in: tx)
            try tx.execute("SELECT id FROM later")
            _ = try tx.first("SELECT amount FROM company_row", as: Int.self)
          }
        }
        #expect(answer == "engine", "round \(round)")
      }
      try await onConnection(database) { connection in
        try connection.changeSchema { changing in
          try changing.script("CREATE VIEW later AS SELECT id FROM company_row")
        }
      }
      try await database.write(as: alpha) { tx in
        try Ledger.add(1, in: tx)
        try tx.execute("SELECT id FROM later")
      }
      #expect(try await Ledger.ids(database) == [1])
    }
  }

  @Test func `statements are prepared once and their number is bounded`() async throws {
    try await withPostgres(lanes: 1) { database, _ in
      func value(_ number: Int) async throws -> Int? {
        try await database.write(as: .platform) { try $0.first("SELECT \(number)", as: Int.self) }
      }
      #expect(try await value(1) == 1)
      let before = try await onConnection(database) { $0.preparedStatements }
      for number in 0..<10 { #expect(try await value(number) == number) }
      #expect(try await onConnection(database) { $0.preparedStatements } == before)
      for chunk in 0..<4 {
        try await database.write(as: .platform) { tx in
          for number in 0..<300 {
            let text = "SELECT \(chunk * 300 + number)"
            let seen = try tx.first(SQL(verbatim: text), as: Int.self)
            #expect(seen == chunk * 300 + number)
          }
        }
      }
      #expect(
        try await onConnection(database) { $0.preparedStatements } <= StatementNames.limit)
      #expect(try await value(7) == 7)
    }
  }

  @Test func `one statement may be used with values of other types`() async throws {
    try await withPostgres(lanes: 1) { database, _ in
      try await database.write(as: .platform) { tx in
        for _ in 0..<2 {
          try echo(1, tx)
          try echo("a", tx)
          try echo(true, tx)
          try echo([UInt8(1)], tx)
          try echo([UInt8](), tx)
          try echo("", tx)
        }
      }
    }
  }

  private func echo<T: SQLCodable & Equatable>(_ value: T, _ tx: any Transaction) throws {
    let back = try tx.first("SELECT \(value)", as: T.self)
    #expect(back == value)
  }

  @Test func `a statement whose columns have changed is prepared anew`() async throws {
    try await withPostgres(lanes: 1) { database, _ in
      func columns() async throws -> Int {
        try await database.write(as: .bureau(Ledger.one)) { tx in
          try tx.execute(
            """
            INSERT INTO main.everything (bureau, id) VALUES (\(Ledger.one), 1)
            ON CONFLICT (bureau, id) DO NOTHING
            """)
          return try tx.query("SELECT * FROM everything") { _ in }
        }
      }
      #expect(try await columns() == 1)
      let more = Migration(2, "more", "ALTER TABLE everything ADD COLUMN extra INTEGER;")
      try await database.migrate(Ledger.migrations + [more])
      #expect(try await columns() == 1)
    }
  }

  // MARK: Conflicts and lost connections

  @Test func `of two transactions in each other's way one runs again and both succeed`()
    async throws
  {
    try await withPostgres { database, _ in
      try await database.write(as: alpha) { tx in for id in [1, 2] { try Ledger.add(id, in: tx) } }
      let runs = Runs()
      let gates = [Gate(), Gate()]
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for (mine, ids) in [[1, 2], [2, 1]].enumerated() {
          tasks.addTask {
            try await database.write(as: alpha) { tx in
              let run = runs.next()
              for (step, id) in ids.enumerated() {
                let count = try tx.changes(
                  "UPDATE main.company_row SET amount = amount + 1 WHERE id = \(id)")
                #expect(count == 1)
                if step == 0, run <= 2 {
                  gates[mine].open()
                  gates[1 - mine].wait()
                }
              }
            }
          }
        }
        try await tasks.waitForAll()
      }
      #expect(runs.value >= 3, "one, and perhaps more on a busy machine")
      let amounts = try await database.read(as: alpha) {
        try $0.rows("SELECT amount FROM company_row ORDER BY id", as: Int.self)
      }
      #expect(amounts == [3, 3])
    }
  }

  @Test func `after its connections were cut the database is used on, and nobody hears of it`()
    async throws
  {
    try await withPostgres { database, url in
      let name = try #require(URL(string: url)?.lastPathComponent)
      try await database.write(as: alpha) { try Ledger.add(1, in: $0) }
      #expect(try await Ledger.ids(database) == [1])
      try await PostgresCluster.shared.administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
      #expect(try await Ledger.ids(database) == [1])
      try await database.write(as: alpha) { try Ledger.add(2, in: $0) }
      let group = GroupCommit(database)
      try await group.submit(as: alpha) { try Ledger.add(3, in: $0) }
      #expect(try await Ledger.ids(database) == [1, 2, 3])
    }
  }

  @Test(arguments: [false, true])
  func `a connection that is lost before or in the commit runs the body again`(inCommit: Bool)
    async throws
  {
    try await withPostgres { database, _ in
      let runs = Runs()
      try await database.write(as: alpha) { tx in
        // As a command does: what the first run may have done is not done again.
        let known = try tx.first("SELECT id FROM company_row WHERE id = 1", as: Int.self)
        if known == nil { try Ledger.add(1, in: tx) }
        if runs.next() == 1 {
          // Deferred, it goes out with the commit.
          try tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
          if !inCommit { _ = try tx.first("SELECT 1", as: Int.self) }
        }
      }
      #expect(runs.value == 2)
      #expect(try await Ledger.ids(database) == [1])
    }
  }

  @Test func `a connection that is lost again and again is unavailability`() async throws {
    try await withPostgres { database, _ in
      let answer = await refusal {
        try await database.write(as: alpha) { tx in
          try tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        }
      }
      #expect(answer == "unavailable")
    }
  }

  @Test func `a statement that takes too long is ended`() async throws {
    var timeouts = PostgresDatabase.Timeouts()
    timeouts.statementSeconds = 1
    try await withPostgres(timeouts: timeouts) { database, _ in
      let answer = await refusal {
        try await database.read(as: .platform) { tx in
          _ = try tx.rows(
            "SELECT CAST(count(*) AS BIGINT) FROM generate_series(1, 100000000000)", as: Int.self)
        }
      }
      #expect(answer == "unavailable")
      let kept = try await Ledger.ids(database)
      #expect(kept == [])
    }
  }

  @Test func `thirty-two lanes on one company never exceed its limit`() async throws {
    let limit = 20
    // One bureau has half of the lanes at most.
    try await withPostgres(lanes: 64) { database, _ in
      try await database.write(as: alpha) { try Ledger.add(0, in: $0) }
      let accepted = try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for id in 1...64 {
          tasks.addTask {
            try await database.write(as: alpha) { tx in
              // The company's head: its commands come one after the other.
              try tx.execute("UPDATE main.company_row SET amount = amount WHERE id = 0")
              let spent = try tx.first(
                "SELECT CAST(coalesce(sum(amount), 0) AS BIGINT) FROM company_row WHERE id > 0",
                as: Int.self)
              guard try #require(spent) < limit else { return false }
              try Ledger.add(id, in: tx)
              return true
            }
          }
        }
        return try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(accepted == limit)
      #expect(try await Ledger.ids(database).count == limit + 1)
    }
  }

  // MARK: Roles, schema, guards

  @Test func `a superuser, and a role exempt from row-level security, are refused`() async throws {
    try await withPostgres { _, url in
      try await PostgresCluster.shared.administer(
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'exempt') THEN
            CREATE ROLE exempt LOGIN BYPASSRLS;
          END IF;
        END $$
        """)
      for (role, due) in [("postgres", "a superuser"), ("exempt", "exempt from row-level")] {
        let other = url.replacingOccurrences(of: "//bureau@", with: "//\(role)@")
        let text = await message { _ = try await PostgresDatabase.open(url: other) }
        #expect(text.contains("unavailable") && text.contains(due), "\(text)")
      }
    }
  }

  @Test func `two servers that start at once migrate one after the other`() async throws {
    try await TestEngine.run(.postgres) {
      let place = try await TestEngine.current.place()
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for _ in 0..<4 {
          tasks.addTask {
            let database = try await place.open()
            try await database.migrate(Ledger.migrations)
            await database.close()
          }
        }
        try await tasks.waitForAll()
      }
      let database = try await place.open()
      let names = try await database.read(as: .platform) {
        try $0.rows("SELECT name FROM schema_migration", as: String.self)
      }
      #expect(names == ["a table of each kind"])
      await database.close()
    }
  }

  @Test func `a server that starts beside a working one waits for none of its tables`()
    async throws
  {
    try await withPostgres { database, url in
      let (started, done) = (Gate(), Gate())
      async let working: Void = database.write(as: alpha) { tx in
        try Ledger.add(1, in: tx)
        _ = try tx.first("SELECT 1", as: Int.self)
        started.open()
        done.wait()
      }
      await Task { started.wait() }.value
      let second = try await PostgresDatabase.open(url: url, lanes: 1, readers: 1)
      let answer = await refusal { try await second.migrate(Ledger.migrations) }
      done.open()
      #expect(answer == "nothing")
      try await working
      await second.close()
    }
  }

  @Test func `a guard that somebody has changed is found, and put back at the next start`()
    async throws
  {
    try await withPostgres { database, url in
      let name = try #require(URL(string: url)?.lastPathComponent)
      #expect(try await database.check() == [])
      try await PostgresCluster.shared.administer(
        "ALTER TABLE main.company_row DISABLE ROW LEVEL SECURITY",
        "DO $$ BEGIN EXECUTE (SELECT format('DROP POLICY %I ON main.journal_row', policyname)"
          + " FROM pg_policies WHERE tablename = 'journal_row' LIMIT 1); END $$",
        "GRANT UPDATE ON main.fact TO bureau", database: name)
      let found = try await database.check()
      #expect(found.map { $0.prefix { $0 != ":" } } == ["company_row", "fact", "journal_row"])
      try await database.migrate(Ledger.migrations)
      #expect(try await database.check() == [])
    }
  }

  @Test func `the check reads every row of every tenant`() async throws {
    try await withPostgres { database, url in
      let name = try #require(URL(string: url)?.lastPathComponent)
      try await database.write(as: alpha) { try Ledger.add(1, in: $0) }
      // A row that can't be read: its text form fails.
      try await PostgresCluster.shared.administer(
        """
        CREATE FUNCTION public.broken(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS
          $$ BEGIN RAISE EXCEPTION 'unreadable' USING ERRCODE = 'XX001'; END $$
        """,
        "ALTER TABLE main.company_row RENAME TO company_row_kept",
        """
        CREATE VIEW main.company_row AS
          SELECT bureau, company, id, public.broken(amount) AS amount FROM main.company_row_kept
        """, "GRANT SELECT ON main.company_row TO bureau", database: name)
      let found = try await database.check()
      #expect(found.contains { $0.contains("unreadable") }, "\(found)")
    }
  }
}

/// Counts how often a body has run.
private final class Runs: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
