import Primitives

/// Collects findings while a file is read; each reading function goes on after what is wrong.
struct FindingLog {
  /// More would not be read by anybody.
  static let limit = 10_000

  private(set) var findings: [Finding] = []

  mutating func add(_ reason: Finding.Reason, at place: Located, _ message: String) {
    if findings.count < Self.limit { findings.append(Finding(reason, at: place, message)) }
  }

  /// A file as text; nil where it is too large or none.
  mutating func text(of bytes: [UInt8], limit: Int) -> String? {
    guard bytes.count <= limit else {
      let size = limit >= 1 << 20 ? "\(limit >> 20) MiB" : "\(limit >> 10) KiB"
      add(.fileTooLarge, at: .whole, "At most \(size) are read.")
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      add(.notUTF8, at: .whole, "The file is not UTF-8.")
      return nil
    }
    return text
  }
}

extension Tree {
  func located(_ path: String) -> Located { Located(path: path, line: line, column: column) }
}

/// One table of a file with the keys that it may have.
struct TableReader<Keys: FileKeys> {
  let place: Located
  private var values: [String: Tree] = [:]

  /// nil where the tree is no table.
  init?(_ tree: Tree, at path: String, _ log: inout FindingLog) {
    place = tree.located(path)
    let known = Keys.allCases.map(\.rawValue)
    guard case .table(let rows) = tree.content else {
      log.add(.wrongShape, at: place, "A table is expected here, with \(known.listed).")
      return nil
    }
    for row in rows {
      guard case .text(let key) = row.key.content else {
        log.add(.wrongShape, at: row.key.located(path), "A key is expected here, as plain text.")
        continue
      }
      let position = row.key.located(Self.join(path, key))
      if known.contains(key) {
        values[key] = row.value
      } else {
        log.add(
          .unknownField, at: position,
          "There is no field \(key) here; there are \(known.listed).")
      }
    }
    for key in Keys.allCases where Keys.required.contains(key) && values[key.rawValue] == nil {
      log.add(
        .fieldMissing,
        at: Located(path: Self.join(path, key.rawValue), line: tree.line, column: tree.column),
        "The field \(key.rawValue) is missing.")
    }
  }

  private static func join(_ path: String, _ key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  func path(_ key: Keys) -> String { Self.join(place.path, key.rawValue) }

  func tree(_ key: Keys) -> Tree? { values[key.rawValue] }

  /// Where a value stands; the table itself where there is none.
  func located(_ key: Keys) -> Located {
    values[key.rawValue]?.located(path(key))
      ?? Located(path: path(key), line: place.line, column: place.column)
  }

  /// A text on one line without blanks at either end; nil where there is none, or it is no such text.
  func text(_ key: Keys, limit: Int, _ log: inout FindingLog) -> String? {
    guard let tree = values[key.rawValue] else { return nil }
    return Self.text(tree, at: path(key), isRequired: Keys.required.contains(key), limit, &log)
  }

  static func text(
    _ tree: Tree, at path: String, isRequired: Bool, _ limit: Int, _ log: inout FindingLog
  ) -> String? {
    let place = tree.located(path)
    switch tree.content {
    case .text(let text):
      let trimmed = text.trimmed
      if trimmed.isEmpty {
        if isRequired { log.add(.fieldMissing, at: place, "The field is empty.") }
        return nil
      }
      guard trimmed.unicodeScalars.count <= limit else {
        log.add(.fieldTooLong, at: place, "At most \(limit) characters are read here.")
        return nil
      }
      guard trimmed.isPlainLine else {
        log.add(.fieldNotPlain, at: place, "Line breaks and invisible characters are not read.")
        return nil
      }
      return trimmed
    case .empty:
      if isRequired { log.add(.fieldMissing, at: place, "The field is empty.") }
      return nil
    case .list, .table:
      log.add(.wrongShape, at: place, "One text is expected here.")
      return nil
    }
  }

  /// The items of a list; none where it is missing or empty.
  func list(_ key: Keys, limit: Int, _ log: inout FindingLog) -> [(tree: Tree, path: String)] {
    guard let tree = values[key.rawValue] else { return [] }
    return Self.list(tree, at: path(key), limit: limit, &log)
  }

  static func list(
    _ tree: Tree, at path: String, limit: Int, _ log: inout FindingLog
  ) -> [(tree: Tree, path: String)] {
    switch tree.content {
    case .list(let items):
      guard items.count <= limit else {
        log.add(.tooMany, at: tree.located(path), "At most \(limit) are read here.")
        return []
      }
      return items.enumerated().map { ($1, "\(path)[\($0)]") }
    case .empty: return []
    case .text, .table:
      log.add(.wrongShape, at: tree.located(path), "A list is expected here.")
      return []
    }
  }
}

extension [String] {
  /// `a, b and c`
  var listed: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " and " + last
  }
}

extension String {
  /// Without white space at either end.
  var trimmed: String {
    var slice = self[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
