import ArgumentParser
import Domain
import Engine
import EngineSQLite
import Foundation
import Primitives
import Testing

@testable import Storage
@testable import bureaud

/// `bureaud rebuild`, as an operator runs it.
@Suite struct RebuildCommandTests {
  private let bureau: ID<Bureau> = ID(UUID())

  /// A home with a database in which one bureau was created.
  private func withHome(_ body: (URL, String) async throws -> Void) async throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID())")
    defer { try? FileManager.default.removeItem(at: home) }
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let path = home.appending(path: "bureau.db").path
    let database = try await SQLiteDatabase.open(path: path)
    try await database.migrate(Schema.migrations)
    let place = Place(bureau: bureau), time = Instant(microseconds: 1_772_000_000_000_000)
    let number = try OrganisationNumber("923609016", country: .no)
    let created = BureauCreated(
      bureau: Bureau(
        id: bureau, displayName: "Fjord", organisationNumber: number, createTime: time))
    try await database.write(as: place.scope) { tx in
      let head = try Journal.lock(place, in: tx)
      try Journal.append(
        [.bureauCreated(created)], after: head,
        by: Origin(
          place: place, actor: nil, session: nil, requestID: "first",
          requestDigest: [UInt8](repeating: 1, count: 32), time: time,
          salt: { [UInt8](repeating: 7, count: 16) }), in: tx)
    }
    await database.close()
    try await body(home, path)
  }

  private func rebuild(_ home: URL, _ more: String...) async throws {
    let command = try #require(
      try Bureaud.parseAsRoot(["rebuild", "--home", home.path] + more) as? RebuildCommand)
    try await command.run()
  }

  /// Changes rows behind the program's back.
  private func tamper(_ path: String) async throws {
    let database = try await SQLiteDatabase.open(path: path)
    let bureau = bureau
    try await database.alone { connection in
      try connection.execute(
        "UPDATE main.bureau SET display_name = \("Fjell") WHERE bureau = \(bureau)")
    }
    await database.close()
  }

  @Test func `J what was changed by hand is found by verify and mended by rebuild`() async throws {
    try await withHome { home, path in
      try await rebuild(home, "--verify")
      try await tamper(path)
      await #expect(throws: ExitCode.failure) { try await rebuild(home, "--verify") }
      await #expect(throws: ExitCode.failure) { try await rebuild(home, "--verify") }
      try await rebuild(home)
      try await rebuild(home, "--verify")
    }
  }

  @Test func `J rebuild is refused while a server runs, verify is not`() async throws {
    try await withHome { home, path in
      let server = try await SQLiteDatabase.open(path: path)
      try await rebuild(home, "--verify")
      let refusal = await #expect(throws: DatabaseFault.self) { try await rebuild(home) }
      #expect(refusal?.description.contains("held by another server") == true)
      await server.close()
    }
  }

  @Test func `a database that is not there is named and not made`() async throws {
    try await withHome { home, path in
      try FileManager.default.removeItem(atPath: path)
      for more in [[], ["--verify"]] {
        let refusal = await #expect(throws: DatabaseFault.self) {
          let command = try #require(
            try Bureaud.parseAsRoot(["rebuild", "--home", home.path] + more) as? RebuildCommand)
          try await command.run()
        }
        #expect(refusal?.description.contains("there is no file") == true)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `a file that is no database of this program is named and stays as it is`()
    async throws
  {
    try await withHome { home, path in
      let file = URL(filePath: path)
      let newer = try await SQLiteDatabase.open(path: path)
      let next = Schema.migrations.count + 1
      try await newer.migrate(Schema.migrations + [Migration(next, "of the future", "")])
      await newer.close()
      let future = try Data(contentsOf: file)
      for (content, words) in [
        (future, "start the newer program"), (Data("no database".utf8), "not a database"),
      ] {
        try content.write(to: file)
        for more in [[], ["--verify"]] {
          let refusal = await #expect(throws: DatabaseFault.self) {
            let command = try #require(
              try Bureaud.parseAsRoot(["rebuild", "--home", home.path] + more) as? RebuildCommand)
            try await command.run()
          }
          #expect(refusal?.description.contains(words) == true, "\(String(describing: refusal))")
          let now = try Data(contentsOf: file)
          #expect(now == content)
        }
      }
    }
  }

  @Test func `the report names rows and never what they hold`() {
    var report = RebuildReport()
    (report.journals, report.facts, report.rows) = (2, 9, 30)
    #expect(report.lines(isRebuilt: true) == ["2 journals, 9 facts: the tables were made anew"])
    #expect(
      report.lines(isRebuilt: false)
        == ["2 journals, 9 facts, 30 rows: the tables are what the journals say"])
    report.differences = [
      RebuildReport.Difference(
        place: Place(bureau: bureau), table: "bureau", key: "", kind: .changed(["display_name"]))
    ]
    report.differenceCount = 3
    #expect(
      report.lines(isRebuilt: false) == [
        "bureau \(bureau.hex) company \(bureau.hex) bureau: differs in display_name",
        "… and 2 more",
        "2 journals, 9 facts, 30 rows: 3 rows differ, 0 journals cannot be replayed",
      ])
  }
}
