import ArgumentParser
import Engine
import EngineKit
import EngineSQLite
import Foundation
import Storage
import TestKit
import Testing

@testable import bureaud

/// `bureaud verify` on a file of which one bit is another: what it calls sound holds what it held.
@Suite struct VerifyDamageTests {
  /// How a check ended.
  private enum Verdict { case sound, damaged }

  private func verify(_ home: URL, _ more: String...) async throws -> Verdict {
    do {
      let command = try #require(
        try Bureaud.parseAsRoot(["verify", "--home", home.path] + more) as? VerifyCommand)
      try await command.run()
      return .sound
    } catch let code as ExitCode {
      // There is no witness here, so nothing shows that the journals are complete.
      return code == ExitCode(10) ? .sound : .damaged
    } catch {
      return .damaged
    }
  }

  /// All rows of journals and of what follows from them; nil where they cannot be read.
  private func rows(_ file: URL) async -> [String]? {
    guard let database = try? await SQLiteDatabase.reading(path: file.path) else {
      return nil
    }
    let rows = try? await database.withSnapshot { snapshot in
      try await snapshot.read { tx in
        var rows: [String] = []
        for table in Schema.classes.filter({ $0.value != .working }).keys.sorted() {
          let columns = try tx.layout(of: table).columns
          let names = columns.map(\.name).joined(separator: ", ")
          var lines: [String] = []
          try tx.query(SQL(verbatim: "SELECT \(names) FROM \(table)")) { row in
            var line = table
            for (index, column) in columns.enumerated() {
              line += " \(try row.value(index, of: column.type))"
            }
            lines.append(line)
          }
          rows += lines.sorted()
        }
        return rows
      }
    }
    await database.close()
    return rows
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func `J a bit that is another anywhere in the file is found, or has changed no row`(seed: UInt64)
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try await office.alex.signs(try await office.kim.imports(SupplierInvoice()))
      try await office.kim.imports(SupplierInvoice(number: "104472"))
      try await bureau.bankSettles(on: "2026-03-16")
      let copy = try await bureau.copiesDatabase()
      let home = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID())")
      defer { try? FileManager.default.removeItem(at: home) }
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      let file = home.appending(path: "bureau.db")
      let whole = try Data(contentsOf: URL(filePath: copy.address))
      try whole.write(to: file)
      #expect(try await verify(home) == .sound)
      let before = try #require(await rows(file))
      var random = SeededNumbers(seed)
      var found = 0, onlyByTables = 0
      // Most of a young database is empty space: every other bit is one of what is written there.
      let written = whole.indices.filter { whole[$0] != 0 }
      for round in 0..<40 {
        var bytes = whole
        let offset =
          round.isMultiple(of: 2)
          ? Int.random(in: 0..<bytes.count, using: &random)
          : written[Int.random(in: 0..<written.count, using: &random)]
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        bytes[offset] ^= bit
        try bytes.write(to: file)
        for ending in ["-wal", "-shm"] {
          try? FileManager.default.removeItem(atPath: file.path + ending)
        }
        switch try await verify(home) {
        case .damaged:
          found += 1
          if try await verify(home, "--journals-only") == .sound { onlyByTables += 1 }
        case .sound:
          let after = await rows(file)
          #expect(after == before, "bit \(bit) of byte \(offset), seed \(seed)")
        }
      }
      print("seed \(seed): \(found) of 40 found, \(onlyByTables) by the tables only")
      #expect(found > 0)
    }
  }

  @Test func `J a changed amount is found, unless the journals alone are asked for`() async throws {
    try await withOffice { office in
      try await office.kim.imports(SupplierInvoice())
      let copy = try await office.bureau.copiesDatabase()
      let home = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID())")
      defer { try? FileManager.default.removeItem(at: home) }
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      let file = home.appending(path: "bureau.db")
      try FileManager.default.copyItem(at: URL(filePath: copy.address), to: file)
      let database = try await SQLiteDatabase.open(path: file.path)
      try await database.alone { connection in
        try connection.execute("UPDATE main.payment SET amount_minor = amount_minor + 1")
      }
      await database.close()
      #expect(try await verify(home) == .damaged)
      #expect(try await verify(home, "--journals-only") == .sound)
    }
  }
}

/// Numbers that a seed decides (SplitMix64).
private struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
