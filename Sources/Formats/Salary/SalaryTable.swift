// Salaries as payroll programs write them: a table in CSV whose first line names the columns
// (docs/salary.md). Here only its form is read; what a cell means is the domain's.

package enum SalaryTable {
  package enum Column: String, Sendable, CaseIterable {
    case name, account, amount, currency, text, employee

    package var isRequired: Bool {
      switch self {
      case .name, .account, .amount: true
      case .currency, .text, .employee: false
      }
    }
  }

  /// One line with something in it.
  package struct Row: Sendable, Equatable {
    /// From 1, as an editor counts.
    package var line: Int
    package var cells: [Column: String]

    package init(line: Int, cells: [Column: String]) {
      self.line = line
      self.cells = cells
    }

    /// Without spaces around it; empty where there is none.
    package subscript(column: Column) -> String { cells[column] ?? "" }
  }

  package struct Fault: Error, Equatable {
    package var line: Int
    package var why: String
    package init(line: Int, why: String) {
      self.line = line
      self.why = why
    }
  }

  /// Characters of one cell.
  private static let cellLimit = 1_000

  /// UTF-8 with or without a byte order mark; cells are divided by `;` or by `,`, whichever stands
  /// first in the first line, and may stand in double quotes.
  /// - Parameter limit: Rows; one more than it is read, so that whoever asks sees that there are more.
  package static func read(_ bytes: [UInt8], limit: Int) throws(Fault) -> [Row] {
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw Fault(line: 0, why: "it is not UTF-8")
    }
    if text.first == "\u{FEFF}" { text.removeFirst() }
    let records = try records(of: text, limit: limit + 2)
    guard let header = records.first else { throw Fault(line: 1, why: "it is empty") }
    let columns = try columns(header)
    var rows: [Row] = []
    for record in records.dropFirst().prefix(limit + 1) {
      guard record.cells.count == columns.count else {
        throw Fault(
          line: record.line,
          why: "it has \(record.cells.count) cells where the first line names \(columns.count)")
      }
      let cells = Dictionary(zip(columns, record.cells)) { first, _ in first }
      rows.append(Row(line: record.line, cells: cells))
    }
    return rows
  }

  private struct Record {
    var line: Int
    var cells: [String]
    var isEmpty: Bool { cells.allSatisfy(\.isEmpty) }
  }

  private static func columns(_ header: Record) throws(Fault) -> [Column] {
    var columns: [Column] = []
    for cell in header.cells {
      guard let column = Column(rawValue: cell.lowercased()) else {
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        throw Fault(
          line: header.line, why: "\(cell.prefix(40)) is no column; there are \(known)")
      }
      guard !columns.contains(column) else {
        throw Fault(line: header.line, why: "the column \(column.rawValue) stands there twice")
      }
      columns.append(column)
    }
    for column in Column.allCases where column.isRequired && !columns.contains(column) {
      throw Fault(line: header.line, why: "the column \(column.rawValue) is missing")
    }
    return columns
  }

  private static func records(of text: String, limit: Int) throws(Fault) -> [Record] {
    let firstLine = text.prefix { !$0.isNewline }
    let separator: Character = firstLine.first { $0 == ";" || $0 == "," } ?? ";"
    var scan = Scan(separator: separator)
    for character in text {
      try scan.take(character)
      if scan.records.count > limit { break }
    }
    return try scan.finished()
  }

  /// The lines while they are read, a character at a time.
  private struct Scan {
    let separator: Character
    var records: [Record] = []
    private var cells: [String] = []
    private var cell = ""
    private var count = 0
    private var line = 1
    private var began = 1
    private var isQuoted = false
    /// A quote within quotes: doubled, or the end.
    private var maybeEnd = false

    init(separator: Character) { self.separator = separator }

    mutating func take(_ character: Character) throws(Fault) {
      if isQuoted {
        if maybeEnd {
          maybeEnd = false
          if character == "\"" { return try add(character) }
          isQuoted = false
        } else if character == "\"" {
          maybeEnd = true
          return
        } else {
          if character.isNewline { line += 1 }
          return try add(character)
        }
      }
      switch character {
      case separator: endCell()
      case _ where character.isNewline:
        endLine()
        line += 1
        began = line
      case "\"" where cell.allSatisfy(\.isWhitespace): isQuoted = true
      default: try add(character)
      }
    }

    private mutating func add(_ character: Character) throws(Fault) {
      count += 1
      guard count <= SalaryTable.cellLimit else {
        throw Fault(line: line, why: "a cell has more than \(SalaryTable.cellLimit) characters")
      }
      cell.append(character)
    }

    private mutating func endCell() {
      cells.append(cell.trimmedLine)
      cell = ""
      count = 0
    }

    private mutating func endLine() {
      endCell()
      let record = Record(line: began, cells: cells)
      if !record.isEmpty { records.append(record) }
      cells = []
    }

    mutating func finished() throws(Fault) -> [Record] {
      if isQuoted, !maybeEnd { throw Fault(line: began, why: "a quote is not closed") }
      endLine()
      return records
    }
  }
}

extension String {
  fileprivate var trimmedLine: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
