import Foundation
import Primitives

/// Tells the story on stdout, in numbered steps.
struct Teller {
  private var number = 0
  /// Lines of one kind that are shown; the rest is counted.
  static let shown = 20

  mutating func step(_ text: String) {
    number += 1
    let mark = String(number)
    Self.write("\(mark.count < 2 ? " " : "")\(mark). \(text)")
  }

  func line(_ text: String) { Self.write("      \(text)") }

  /// Some lines, and how many more there are.
  func lines(_ all: [String], more: String, shown: Int = shown) {
    for text in all.prefix(shown) { line(text) }
    if all.count > shown { line("… and \(all.count - shown) more \(more)") }
  }

  static func write(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// The last words: where everything is, and the line that scripts look for.
  static func end(files: Int, keep: Keep) throws {
    let posted = try Summary.read(keep.summary).filter { $0.state == "posted" }.count
    let place = keep.folder.relativePath
    write("")
    write("Left in \(place): summary.json, what was sent and answered (bank/), the bank's own list")
    write("(bank/executed.jsonl), the database (bureau.db) and its witness (witness/).")
    write("")
    write("demo: \(files) invoices, \(posted) posted, audit verified")
  }
}

/// Values as people write them.
enum Words {
  /// `53 331.25 NOK`
  static func money(_ minorUnits: Int64, _ code: String) -> String {
    guard let currency = try? Currency(code) else { return "\(minorUnits) (minor units) \(code)" }
    let text = Money(minorUnits: minorUnits, currency: currency).decimalText
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = parts[0].drop { $0 == "-" }
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += " " }
      grouped.append(digit)
    }
    return sign + grouped + (parts.count > 1 ? ".\(parts[1])" : "") + " \(code)"
  }

  /// `Monday 2 March 2026, 09:00`, as clocks show it in Oslo and Stockholm.
  static func time(_ instant: Instant) -> String {
    let date = instant.date(in: .centralEuropean)
    let time = instant.localTime(in: .centralEuropean)
    let minute = time.minute < 10 ? "0\(time.minute)" : "\(time.minute)"
    let hour = time.hour < 10 ? "0\(time.hour)" : "\(time.hour)"
    // The epoch, 1 January 1970, was a Thursday.
    let weekday = days[((date.daysSinceEpoch + 3) % 7 + 7) % 7]
    return "\(weekday) \(date.day) \(months[date.month - 1]) \(date.year), \(hour):\(minute)"
  }

  /// `PROPOSAL_INCOMPLETE` → `proposal_incomplete`, as summary.json has it.
  static func state(_ text: String) -> String { text.lowercased() }

  static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static let days = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}
