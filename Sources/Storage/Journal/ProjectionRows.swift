// The rows of a projection that follow from one journal, in the order of their keys: how they are
// read, dropped and compared.

import Crypto
import Domain
import Engine
import Foundation
import Primitives

/// One projection and what it holds of each journal.
struct ProjectionRows: Sendable {
  typealias Values = [SQLValue]

  static let pageLimit = 1_000

  let layout: TableLayout
  private let kind: GuardKind

  /// Every projection, by name, as the engine of `tx` knows it.
  static func all(in tx: any Transaction) throws -> [ProjectionRows] {
    try Schema.classes.filter { $0.value == .projection }.keys.sorted().map { name in
      guard let kind = kinds[name] else {
        throw EngineError.schema("table \(name) has no guard in the migrations")
      }
      return ProjectionRows(layout: try tx.layout(of: name), kind: kind)
    }
  }

  private static let kinds = Dictionary(
    Schema.migrations.flatMap(\.tables).map { ($0.name, $0.kind) }, uniquingKeysWith: { $1 })

  /// Which rows follow from the journal at `place`; nil: none can.
  ///
  /// What is the bureau's (its companies, people, roles, tokens) follows from its own journal.
  private func owned(by place: Place) -> SQL? {
    switch kind {
    case .company, .journal: "bureau = \(place.bureau) AND company = \(place.company)"
    case .bureau, .directory: place.isBureau ? "bureau = \(place.bureau)" : nil
    case .platform:
      place.isBureau
        ? "bureau = \(place.bureau) AND (company IS NULL OR company = \(place.company))"
        : "bureau = \(place.bureau) AND company = \(place.company)"
    }
  }

  /// The columns of the key that differ within one journal.
  private var order: [String] {
    switch kind {
    case .company, .journal: layout.key.filter { $0 != "bureau" && $0 != "company" }
    case .bureau, .directory: layout.key.filter { $0 != "bureau" }
    case .platform: layout.key
    }
  }

  /// A page of rows after the given one, each with the values of `layout.columns`.
  func page(of place: Place, after last: Values? = nil, in tx: any Transaction) throws -> [Values] {
    guard let owned = owned(by: place) else { return [] }
    let order = order
    var rest: SQL = ""
    if let last {
      // A key of its bureau alone has one row.
      guard !order.isEmpty else { return [] }
      let key = SQL.joined(order.map { "\(value($0, of: last))" }, separator: ", ")
      rest = " AND (\(verbatim: order.joined(separator: ", "))) > (\(key))"
    }
    let ordered: SQL =
      order.isEmpty ? "" : " ORDER BY \(verbatim: order.joined(separator: ", "))"
    let columns = layout.columns
    var rows: [Values] = []
    try tx.query(
      """
      SELECT \(verbatim: columns.map(\.name).joined(separator: ", "))
      FROM \(verbatim: layout.name) WHERE \(owned)\(rest)\(ordered) LIMIT \(Self.pageLimit)
      """
    ) { row in
      var values: Values = []
      values.reserveCapacity(columns.count)
      for (index, column) in columns.enumerated() {
        values.append(try row.value(index, of: column.type))
      }
      rows.append(values)
    }
    return rows
  }

  /// Drops the rows of one journal, in a transaction of its scope.
  func drop(of place: Place, in tx: any Transaction) throws {
    guard let owned = owned(by: place) else { return }
    try tx.execute("DELETE FROM main.\(verbatim: layout.name) WHERE \(owned)")
  }

  /// The journals that this table holds rows of.
  func places(in tx: any Transaction) throws -> [Place] {
    let name = layout.name
    switch kind {
    case .company, .journal:
      return try tx.rows(
        "SELECT DISTINCT bureau, company FROM \(verbatim: name)",
        as: (ID<Bureau>, ID<Company>).self
      ).map { Place(bureau: $0, company: $1) }
    case .bureau, .directory:
      return try tx.rows(
        "SELECT DISTINCT bureau FROM \(verbatim: name)", as: ID<Bureau>.self
      ).map { Place(bureau: $0) }
    case .platform:
      return try tx.rows(
        "SELECT DISTINCT bureau, company FROM \(verbatim: name)",
        as: (ID<Bureau>, ID<Company>?).self
      ).map { Place(bureau: $0, company: $1 ?? ID($0.uuid)) }
    }
  }

  // MARK: Comparing

  private func value(_ column: String, of row: Values) -> SQLValue {
    layout.columns.firstIndex { $0.name == column }.map { row[$0] } ?? .null(.blob)
  }

  /// Whether `a` stands before, at or after `b`, as the engines sort: by bytes.
  func compare(_ a: Values, _ b: Values) -> Int {
    for column in order {
      let (one, other) = (value(column, of: a), value(column, of: b))
      if one == other { continue }
      switch (one, other) {
      case (.int(let x), .int(let y)): return x < y ? -1 : 1
      case (.text(let x), .text(let y)): return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
      case (.blob(let x), .blob(let y)): return x.lexicographicallyPrecedes(y) ? -1 : 1
      default: return "\(one)" < "\(other)" ? -1 : 1
      }
    }
    return 0
  }

  /// The names of the columns in which two rows of one key differ.
  func differing(_ a: Values, _ b: Values) -> [String] {
    zip(layout.columns, zip(a, b)).compactMap { $1.0 == $1.1 ? nil : $0.name }
  }

  /// The key of a row for people. Texts are shown by their digest: they may be somebody's number.
  func key(of row: Values) -> String {
    order.map { column in
      let text =
        switch value(column, of: row) {
        case .int(let number): "\(number)"
        case .text(let text):
          "sha256:" + Self.hex(SHA256.hash(data: Array(text.utf8)).prefix(8))
        case .blob(let bytes): Self.hex(bytes.prefix(16))
        default: "none"
        }
      return "\(column)=\(text)"
    }.joined(separator: " ")
  }

  private static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
