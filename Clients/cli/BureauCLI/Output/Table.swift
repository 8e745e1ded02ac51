/// Rows under titles, aligned for reading; no colour, no frames, so that it pipes well.
package struct Table: Equatable, Sendable {
  package struct Column: Equatable, Sendable {
    package let title: String
    package let alignsRight: Bool

    package static func left(_ title: String) -> Column { .init(title: title, alignsRight: false) }
    package static func right(_ title: String) -> Column { .init(title: title, alignsRight: true) }
  }

  package let columns: [Column]
  package private(set) var rows: [[String]] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row with one cell per column; missing cells are empty, surplus ones are left out.
  package mutating func add(_ cells: [String]) {
    let cells = cells.prefix(columns.count).map(\.printable)
    rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
  }

  /// The title line and a line per row, each ending in a line feed.
  package var text: String {
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      var text = ""
      for (index, cell) in line.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        let aligned = columns[index].alignsRight ? padding + cell : cell + padding
        text += (index == 0 ? "" : "  ") + aligned
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}

/// One thing, a line per field; empty fields are left out.
package struct Details: Equatable, Sendable {
  package private(set) var fields: [(name: String, value: String)] = []

  package init() {}

  package mutating func add(_ name: String, _ value: String) {
    if !value.isEmpty { fields.append((name, value.printable)) }
  }

  package mutating func add(_ name: String, _ values: [String]) {
    add(name, values.joined(separator: ", "))
  }

  package var text: String {
    let width = fields.map(\.name.count).max() ?? 0
    return fields.map { field in
      let padding = String(repeating: " ", count: width - field.name.count)
      return "\(field.name):\(padding) \(field.value)\n"
    }.joined()
  }

  package static func == (left: Details, right: Details) -> Bool { left.text == right.text }
}
