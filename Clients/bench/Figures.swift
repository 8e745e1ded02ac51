import Foundation

/// The figures as a page of the documentation: ratios first, because they hold elsewhere too.
enum Figures {
  static func text(_ rows: [Row], date: Date = Date()) -> String {
    var day = date.formatted(.iso8601.year().month().day())
    day = String(day.prefix(10))
    var text = """
      # Figures

      Written by `make bench` on \(day), on \(machine()). Each figure is the median of its rounds;
      own figure and reference are measured in turn in the same run of a release build. The ratios
      hold on other machines too, the rates do not. The load average was \(load()) at the end: above
      the number of cores, other work has taken its part of both. What each row does says its file in
      [`Clients/bench`](../Clients/bench).

      | Row | Ratio | Aim | Figure | Beside | Its figure |
      |---|---|---|---|---|---|

      """
    for row in rows {
      text +=
        "| `\(row.name)` | \(row.reachesAim ? "**\(row.ratio)**" : "\(row.ratio)") | "
        + "\(row.aimText) | \(number(row.value)) \(row.unit) | \(row.reference) | "
        + "\(number(row.referenceValue)) |\n"
    }
    let details = rows.filter { $0.details != nil }
    if !details.isEmpty { text += "\nSeen in the same rounds:\n\n" }
    for row in details {
      let seen = (row.details ?? [:]).sorted { $0.key < $1.key }
        .map { "\($0.key) \(number($0.value))" }
      text += "- `\(row.name)`: \(seen.joined(separator: ", "))\n"
    }
    return text + "\nBold: the aim is reached.\n"
  }

  /// `3,412` or `46.9`.
  private static func number(_ value: Double) -> String {
    if abs(value) < 1000 { return "\(value)" }
    var digits = String(Int(value.rounded()))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return ([digits] + groups).joined(separator: ",")
  }

  /// `2 × Intel Xeon …, 24 GiB, Debian GNU/Linux 12, Swift 6.3`
  private static func machine() -> String {
    let processors = lines("/proc/cpuinfo").filter { $0.hasPrefix("model name") }
    let model =
      processors.first?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "an unknown processor"
    let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
    let system =
      lines("/etc/os-release").first { $0.hasPrefix("PRETTY_NAME=") }?
      .dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" } ?? "an unknown system"
    #if compiler(>=6.3)
      let swift = "Swift 6.3"
    #else
      let swift = "Swift 6.2"
    #endif
    return
      "\(ProcessInfo.processInfo.processorCount) × \(model), \(Int(memory.rounded())) GiB, "
      + "\(system), \(swift)"
  }

  private static func load() -> String {
    lines("/proc/loadavg").first?.split(separator: " ").first.map(String.init) ?? "unknown"
  }

  private static func lines(_ path: String) -> [Substring] {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
  }
}
