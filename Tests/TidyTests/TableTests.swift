// Invariant J: each table is exactly one of journal, projection and working state, and a projection
// is written by projecting facts and in no other way.

import Foundation
import Testing

struct TableTests {
  /// Where the tables are listed with what they are.
  static let schema = "Sources/Storage/Schema.swift"
  /// Where each class of table may be written. A projection besides in any `extension Projection`.
  static let homes = [
    "journal": ["Sources/Storage/Journal/"], "projection": ["Sources/Storage/Journal/"],
  ]
  /// Writes elsewhere, each with its reason.
  static let exceptions = [
    "Sources/Storage/Transfers/TransferTables.swift blob":
      "content under its digest: stored before the fact that names it"
  ]

  /// Table → class, as the schema lists them.
  private static func classes() throws -> [String: String] {
    let file = try #require(SourceTree.current.file(schema), "\(schema) is missing")
    let rows = try file.matches(of: #""(\w+)": \.(?:journal|projection|working)\b"#, in: \.text)
    let pairs = rows.compactMap { row in
      row.group.map { ($0, String(row.text.split(separator: ".").last ?? "")) }
    }
    #expect(Set(pairs.map(\.0)).count == pairs.count, "a table is listed twice")
    return Dictionary(pairs) { first, _ in first }
  }

  @Test func `every table that is made is listed, and none besides`() throws {
    let classes = try Self.classes()
    var made: Set<String> = []
    for file in SourceTree.current.written where file.path.hasPrefix("Sources/Storage/") {
      made.formUnion(
        try file.matches(of: #"CREATE TABLE (?:IF NOT EXISTS )?(\w+)"#, in: \.text).compactMap(
          \.group))
    }
    #expect(made.subtracting(classes.keys).isEmpty, "list them in \(Self.schema)")
    #expect(Set(classes.keys).subtracting(made).isEmpty, "listed, but never made")
  }

  @Test func `projections are written by projecting facts only`() throws {
    let classes = try Self.classes()
    var findings: [Finding] = []
    for file in SourceTree.current.written
    where file.path.hasPrefix("Sources/") && !file.path.hasPrefix("Sources/Engine") {
      let projecting = try Self.linesOfProjection(file)
      let writes = try file.matches(
        of: #"(?:INSERT INTO|UPDATE|DELETE FROM)\s+main\.(\w+)"#, in: \.text)
      for write in writes {
        guard let table = write.group, let home = Self.homes[classes[table] ?? ""],
          !home.contains(where: file.path.hasPrefix),
          Self.exceptions["\(file.path) \(table)"] == nil
        else { continue }
        if classes[table] == "projection", projecting.contains(where: { $0.contains(write.line) }) {
          continue
        }
        findings.append(
          Finding(
            path: file.path, line: write.line, what: "\(table) is written outside a projection",
            remedy: "append a fact, and change the table in `extension Projection`"))
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  /// The lines of each `extension Projection { … }`.
  private static func linesOfProjection(_ file: SourceFile) throws -> [ClosedRange<Int>] {
    let ends = try file.matches(of: #"^\}"#, in: \.code).map(\.line)
    return try file.matches(of: #"^extension Projection\b"#, in: \.code).map { start in
      start.line...(ends.first { $0 > start.line } ?? file.lineCount)
    }
  }
}
