import EngineKit
import Foundation
import Testing

@testable import Engine
@testable import EngineSQLite

/// All tenants at one moment, while writers go on.
@Suite struct SnapshotTests {
  private static let count: SQL = "SELECT CAST(count(*) AS BIGINT) FROM company_row"

  private func fill(_ database: any Database, _ id: Int) async throws {
    for (bureau, company) in [
      (Ledger.one, Ledger.alpha), (Ledger.one, Ledger.beta), (Ledger.two, Ledger.alpha),
    ] {
      try await database.write(as: .company(bureau: bureau, company: company)) {
        try Ledger.add(id, to: bureau, company, in: $0)
      }
    }
  }

  private func holdsItsMoment(_ database: any Database) async throws {
    try await database.migrate(Ledger.migrations)
    try await fill(database, 1)
    try await database.withSnapshot { snapshot in
      let before = try await snapshot.read { try $0.first(Self.count, as: Int.self) }
      try await fill(database, 2)
      let after = try await snapshot.read { try $0.first(Self.count, as: Int.self) }
      #expect(before == 3 && after == 3)
      let later = try await database.withSnapshot { later in
        try await later.read { try $0.first(Self.count, as: Int.self) }
      }
      #expect(later == 6)
    }
    #expect(try await Ledger.ids(database) == [1, 2])
    await database.close()
  }

  @Test(.everyEngine)
  func `T a snapshot sees all tenants as they were when it was opened`() async throws {
    try await holdsItsMoment(try await TestEngine.current.place().open())
  }

  @Test func `T a snapshot of a database in memory does too`() async throws {
    try await holdsItsMoment(try await SQLiteDatabase.inMemory())
    try await holdsItsMoment(try await SQLiteDatabase.scratch())
  }

  @Test(.everyEngine) func `nothing can be written through a snapshot`() async throws {
    for database: any Database in [
      try await TestEngine.current.place().open(), try await TestEngine.current.database([]),
    ] {
      try await database.migrate(Ledger.migrations)
      try await database.withSnapshot { snapshot in
        let error = await #expect(throws: EngineError.self) {
          try await snapshot.read { try Ledger.add(1, in: $0) }
        }
        guard case .readOnly? = error else {
          Issue.record("\(String(describing: error))")
          return
        }
      }
      let kept = try await Ledger.ids(database)
      #expect(kept == [])
      await database.close()
    }
  }

  @Test func `O a file that a server holds can be read by another, who changes nothing`()
    async throws
  {
    try await withFolder { folder in
      let path = folder + "/a.db"
      let server = try await SQLiteDatabase.open(path: path)
      try await server.migrate(Ledger.migrations)
      try await fill(server, 1)
      let reader = try await SQLiteDatabase.reading(path: path)
      try await reader.requireSchema(Ledger.migrations)
      try await fill(server, 2)
      #expect(try await Ledger.ids(reader) == [1, 2])
      let counted = try await reader.withSnapshot { snapshot in
        try await snapshot.read { try $0.first(Self.count, as: Int.self) }
      }
      #expect(counted == 6)
      await #expect(throws: EngineError.self) {
        try await reader.write(as: .bureau(Ledger.one)) { _ in }
      }
      await reader.close()
      await server.close()
      let content = try Data(contentsOf: URL(filePath: path))
      let alone = try await SQLiteDatabase.reading(path: path)
      #expect(try await Ledger.ids(alone) == [1, 2])
      await alone.close()
      let again = try Data(contentsOf: URL(filePath: path))
      #expect(again == content)
    }
  }

  @Test func `a file that is not there is refused and not made`() async throws {
    try await withFolder { folder in
      await #expect(throws: EngineError.self) {
        try await SQLiteDatabase.reading(path: folder + "/none.db")
      }
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files == [])
    }
  }

  @Test(.everyEngine) func `a schema that is not the program's is named as such`() async throws {
    let database = try await TestEngine.current.database([])
    func refusal(_ migrations: [Migration]) async -> String? {
      do { try await database.requireSchema(migrations) } catch EngineError.schema(let text) {
        return text
      } catch { return "\(error)" }
      return nil
    }
    #expect(await refusal(Ledger.migrations) == "this is no database of this program")
    try await database.migrate(Ledger.migrations)
    #expect(await refusal(Ledger.migrations) == nil)
    #expect(await refusal(Ledger.migrations + [Migration(2, "more", "")])?.contains("1 of") == true)
    #expect(await refusal([])?.contains("start the newer program") == true)
  }

  @Test(.everyEngine)
  func `a table's columns and key come from the catalogue, not from its guard`() async throws {
    let database = try await TestEngine.current.database(Ledger.migrations)
    let layout = try await database.read(as: .bureau(Ledger.one)) {
      try $0.layout(of: "everything")
    }
    #expect(layout.key == ["bureau", "id"])
    #expect(
      layout.columns.map(\.name) == ["bureau", "bytes", "flag", "id", "number", "parent", "text"])
    let flag = TestEngine.current.kind == .sqlite ? SQLType.int : .bool
    #expect(layout.columns.map(\.type) == [.blob, .blob, flag, .int, .int, .int, .text])
    await #expect(throws: EngineError.self) {
      try await database.read(as: .platform) { _ = try $0.layout(of: "nothing") }
    }
  }
}
