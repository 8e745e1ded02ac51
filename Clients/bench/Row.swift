import Foundation

/// One line of `bench.json`.
struct Row: Codable, Sendable {
  var name: String
  var value: Double
  var unit: String
  var reference: String
  var referenceValue: Double
  /// Value by reference value.
  var ratio: Double
  /// Of the ratio.
  var aim: Double
  var better: Better
  /// What else was seen in the same rounds, by name with its unit.
  var details: [String: Double]?

  enum Better: String, Codable { case more, less }

  init(
    _ name: String, _ value: Double, _ unit: String, beside reference: String,
    _ referenceValue: Double, aim: Double, better: Better = .more,
    details: [String: Double]? = nil
  ) {
    self.name = name
    self.value = Row.rounded(value)
    self.unit = unit
    self.reference = reference
    self.referenceValue = Row.rounded(referenceValue)
    ratio = Row.rounded(value / referenceValue, 1000)
    self.aim = aim
    self.better = better
    self.details = details?.mapValues { Row.rounded($0) }
  }

  var reachesAim: Bool { better == .more ? ratio >= aim : ratio <= aim }

  /// `≥ 0.8`
  var aimText: String { (better == .more ? "≥ " : "≤ ") + "\(aim)" }

  private enum CodingKeys: String, CodingKey {
    case name, value, unit, reference, ratio, aim, better, details
    case referenceValue = "reference_value"
  }

  private static func rounded(_ value: Double, _ parts: Double = 10) -> Double {
    (value * parts).rounded() / parts
  }

  private struct Rows: Codable {
    var rows: [Row]
  }

  static func json(_ rows: [Row]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
    return try encoder.encode(Rows(rows: rows)) + Data("\n".utf8)
  }

  static func table(_ rows: [Row]) -> String {
    let head = ["row", "ratio", "aim", "value", "unit", "reference", "its value"]
    let lines =
      [head]
      + rows.map {
        [
          $0.name, "\($0.ratio)", $0.aimText, "\($0.value)", $0.unit, $0.reference,
          "\($0.referenceValue)",
        ]
      }
    let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      zip(line, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
