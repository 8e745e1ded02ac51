import CSQLite
import Foundation
import Testing

@testable import Engine
@testable import EngineSQLite

@Suite struct SQLiteFileTests {
  @Test func `each commit is synced: the writer runs at synchronous FULL`() async throws {
    try await withSQLite { database in
      let group = GroupCommit(database)
      @Sendable func settings(_ tx: any Transaction) throws -> [Int?] {
        [
          try tx.first("PRAGMA synchronous", as: Int.self),
          try tx.first("PRAGMA foreign_keys", as: Int.self),
          try tx.first("PRAGMA wal_autocheckpoint", as: Int.self),
        ]
      }
      let byWrite = try await database.write(as: .platform) { try settings($0) }
      let byGroup = try await group.submit(as: .platform) { try settings($0) }
      #expect(byWrite == [2, 1, 16000])
      #expect(byGroup == byWrite)
      let mode = try await database.write(as: .platform) {
        try $0.first("PRAGMA journal_mode", as: String.self)
      }
      #expect(mode == "wal")
    }
  }

  @Test func `a second server on the same file is refused`() async throws {
    try await withFolder { folder in
      let path = folder + "/test.db"
      let first = try await SQLiteDatabase.open(path: path)
      #expect(await refusal { _ = try await SQLiteDatabase.open(path: path) } == "locked")
      let link = folder + "/link.db"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      #expect(await refusal { _ = try await SQLiteDatabase.open(path: link) } == "locked")
      await first.close()
      let second = try await SQLiteDatabase.open(path: path)
      await second.close()
      await second.close()
    }
  }

  @Test func `the files are for the server's user alone`() async throws {
    try await withFolder { folder in
      let database = try await SQLiteDatabase.open(path: folder + "/test.db")
      try await database.migrate(Ledger.migrations)
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files.count == 4, "database, lock, wal, shm: \(files)")
      for file in files {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + file)
        #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
      }
      await database.close()
    }
  }

  @Test func `a clean close leaves one file without a log`() async throws {
    try await withFolder { folder in
      let database = try await SQLiteDatabase.open(path: folder + "/test.db")
      try await database.migrate(Ledger.migrations)
      _ = try await Ledger.ids(database)
      await database.close()
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(files == ["test.db", "test.db.lock"])
    }
  }

  @Test(arguments: ["no database at all", String(repeating: "x", count: 10_000)])
  func `a file that is no database is refused`(content: String) async throws {
    try await withFolder { folder in
      let path = folder + "/test.db"
      try Data(content.utf8).write(to: URL(filePath: path))
      #expect(await refusal { _ = try await SQLiteDatabase.open(path: path) } == "unavailable")
      #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8), "it is untouched")
    }
  }

  @Test func `a folder that does not exist is refused`() async throws {
    let answer = await refusal { _ = try await SQLiteDatabase.open(path: "/nowhere/test.db") }
    #expect(answer == "unavailable")
  }

  @Test func `a full disk fails its batch, keeps nothing of it, and is over when there is room`()
    async throws
  {
    try await withSQLite { database in
      let scope = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
      let group = GroupCommit(database)
      try await group.submit(as: scope) { try Ledger.add(1, in: $0) }
      try database.schedule { lane in
        try? lane.get().script("PRAGMA max_page_count=1")  // as small as the file is already
      }
      let gate = Gate()
      try database.schedule { _ in gate.wait() }
      await withTaskGroup(of: String.self) { tasks in
        for caller in 2...4 {
          tasks.addTask {
            await refusal {
              try await group.submit(as: scope) { tx in
                for row in 0..<3000 { try Ledger.add(caller * 10_000 + row, in: tx) }
              }
            }
          }
        }
        while group.queued < 3 { await Task.yield() }
        gate.open()
        for await answer in tasks { #expect(answer == "full") }
      }
      let kept = try await Ledger.ids(database)
      #expect(kept == [1])
      try database.schedule { lane in try? lane.get().script("PRAGMA max_page_count=1000000") }
      try await group.submit(as: scope) { try Ledger.add(2, in: $0) }
      let later = try await Ledger.ids(database)
      #expect(later == [1, 2])
    }
  }

  @Test func `a damaged file is found, never a crash`() async throws {
    try await withFolder { folder in
      let path = folder + "/test.db"
      let scope = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
      let first = try await SQLiteDatabase.open(path: path)
      try await first.migrate(Ledger.migrations)
      try await first.write(as: scope) { tx in for id in 1...2000 { try Ledger.add(id, in: tx) } }
      #expect(try await first.check() == [])
      await first.close()
      var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
      for index in (bytes.count / 2)..<bytes.count { bytes[index] = UInt8(index % 251) }
      try Data(bytes).write(to: URL(filePath: path))
      let second = try await SQLiteDatabase.open(path: path)
      do {
        #expect(try await second.check() != [])
      } catch let error as EngineError {
        #expect(error.name == "unavailable")
      }
      let answer = await refusal { _ = try await Ledger.ids(second) }
      #expect(answer == "unavailable")
      await second.close()
    }
  }

  @Test func `broken references are found by the check`() async throws {
    try await withSQLite { database in
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
        do {
          try database.schedule { lane in
            done.resume(
              with: Result {
                let connection = try lane.get()
                try connection.script("PRAGMA foreign_keys=OFF")
                try connection.begin()
                try connection.enter(.bureau(Ledger.one))
                try connection.execute(
                  "INSERT INTO main.everything (bureau, id, parent) VALUES (\(Ledger.one), 1, 9)")
                try connection.commit()
                try connection.script("PRAGMA foreign_keys=ON")
              })
          }
        } catch { done.resume(throwing: error) }
      }
      let findings = try await database.check()
      #expect(findings == ["everything: rows refer to rows of everything that are not there"])
    }
  }

  @Test func `while another program holds the file, commands wait and then go through`()
    async throws
  {
    try await withFolder { folder in
      let path = folder + "/test.db"
      let database = try await SQLiteDatabase.open(path: path)
      try await database.migrate(Ledger.migrations)
      var other: OpaquePointer?
      #expect(sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
      #expect(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
      let group = GroupCommit(database, attempts: 2)
      let held = await refusal { try await group.submit(as: .platform) { _ in } }
      #expect(held == "unavailable")
      #expect(sqlite3_exec(other, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
      sqlite3_close_v2(other)
      let free = await refusal { try await group.submit(as: .platform) { _ in } }
      #expect(free == "nothing")
      await database.close()
    }
  }

  @Test func `jobs beyond the limit of the queue are refused at once`() async throws {
    try await withSQLite(queueLimit: 2) { database in
      let gate = Gate()
      let started = Gate()
      try database.schedule { _ in
        started.open()
        gate.wait()
      }
      await Task { started.wait() }.value
      let other = Scope.bureau(Ledger.two)
      async let first = refusal { try await database.write(as: .platform) { _ in } }
      async let second = refusal { try await database.write(as: other) { _ in } }
      while database.queuedWrites < 2 { await Task.yield() }
      #expect(await refusal { try await database.write(as: .platform) { _ in } } == "shareFull")
      let third = Scope.bureau(Ledger.one)
      #expect(await refusal { try await database.write(as: third) { _ in } } == "overloaded")
      gate.open()
      #expect(await [first, second] == ["nothing", "nothing"])
      await database.close()
      #expect(await refusal { try await database.write(as: .platform) { _ in } } == "unavailable")
    }
  }

  @Test func `statements are prepared once and their number is bounded`() throws {
    let connection = try SQLiteConnection(.memory, .writer, guards: GuardGeneration())
    let before = connection.preparedStatements
    for value in 0..<10 { #expect(try connection.first("SELECT \(value)", as: Int.self) == value) }
    #expect(connection.preparedStatements == before + 1)
    for number in 0..<2000 {
      #expect(try connection.first(SQL(verbatim: "SELECT \(number)"), as: Int.self) == number)
    }
    #expect(connection.preparedStatements <= StatementCache.limit)
  }
}
