import Foundation
import Primitives

extension Story {
  /// How long the clock runs on while the bank is silent, in seconds: longer each time.
  private static let patience = [600, 3600, 4 * 3600, 12 * 3600, 86_400]
  /// Turns of the clock at most.
  private static let turnLimit = 1000

  /// Turns the clock to each transfer time and on until the bank has answered everything.
  mutating func waitForBank() async throws {
    guard items.contains(where: { $0.payment?.isUnderWay == true }) else { return }
    teller.step("The clock is turned; the server sends what is due, the bank answers.")
    var seen = Set(try bankFiles().map(\.path))
    var silence = 0
    for _ in 0..<Self.turnLimit {
      let underWay = items.compactMap(\.payment).filter(\.isUnderWay)
      if underWay.isEmpty { return }
      let now = try await clock()
      try await turnClock(to: next(underWay, after: now, silence: silence))
      let before = items.map { $0.payment?.state }
      let moved = try await refresh()
      silence = moved ? 0 : min(silence + 1, Self.patience.count - 1)
      try await tellTurn(before, &seen)
    }
    throw DemoError("the bank left payments unanswered after \(Self.turnLimit) turns of the clock")
  }

  /// The moment to turn to: the next transfer, or a while on for the bank's answers.
  private func next(_ underWay: [Payment], after now: Instant, silence: Int) -> Instant {
    let transfers = underWay.filter { $0.state == "SIGNED" }.compactMap(\.transfer)
    var times = transfers.filter { $0 > now }
    if times.count < underWay.count {
      times.append(now.adding(seconds: Self.patience[silence]))
    }
    return times.min() ?? now.adding(seconds: Self.patience[silence])
  }

  /// One turn in a few lines; nothing where nothing happened.
  private func tellTurn(_ before: [String?], _ seen: inout Set<String>) async throws {
    let files = try bankFiles().filter { seen.insert($0.path).inserted }
      .map { (order: "\($0.bank) \($0.order)", told: $0.told) }.sorted { $0.order < $1.order }
    var byState: [String: [String]] = [:]
    for (item, old) in zip(items, before) {
      guard let state = item.payment?.state, state != old else { continue }
      byState[state, default: []].append(item.file.name)
    }
    if files.isEmpty, byState.isEmpty { return }
    teller.line(Words.time(try await clock()))
    teller.lines(files.map { "  \($0.told)" }, more: "files")
    for (state, names) in byState.sorted(by: { $0.key < $1.key }) {
      let what =
        names.count > 3 ? Words.count(names.count, "payment") : names.joined(separator: ", ")
      teller.line("  \(Self.words[state] ?? Words.state(state)): \(what)")
    }
  }

  private static let words = [
    "PROCESSING": "sent, the bank has it", "PAID": "paid", "ERROR": "refused by the bank",
    "IN_DOUBT": "in doubt: no answer from the bank",
  ]

  /// Every file between the server and the bank, in order of their paths.
  func bankFiles() throws -> [BankFile] {
    let root = keep.folder.appending(path: "bank").path
    guard let paths = FileManager.default.enumerator(atPath: root) else { return [] }
    return paths.compactMap { $0 as? String }
      .filter { $0.hasSuffix(".xml") && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
      .sorted().compactMap { BankFile(root: root, path: $0) }
      .reduce(into: []) { files, file in
        // A file that is taken in moves from `to-bank` to `to-bank/done`: still the same file.
        if !files.contains(where: { $0.path == file.path }) { files.append(file) }
      }
  }
}

/// A file between the server and the bank.
struct BankFile {
  enum Direction { case toBank, fromBank }

  /// Relative to the folder of all banks, without the `done` that a file moves to.
  let path: String
  let url: URL
  let direction: Direction
  let bank: String

  private static let kinds = ["pain.001", "pain.002", "camt.054"]

  init?(root: String, path: String) {
    let parts = path.split(separator: "/").map(String.init)
    guard let place = parts.firstIndex(where: { $0 == "to-bank" || $0 == "from-bank" }),
      place > 0, let name = parts.last
    else { return nil }
    direction = parts[place] == "to-bank" ? .toBank : .fromBank
    bank = parts[place - 1]
    self.path = (parts[...place] + [name]).joined(separator: "/")
    url = URL(filePath: root).appending(path: path)
  }

  /// `pain.001`, `pain.002`, `camt.054`: by the namespace of the document.
  var kind: String {
    let head = (try? Data(contentsOf: url))?.prefix(1000) ?? Data()
    let text = String(decoding: head, as: UTF8.self)
    return Self.kinds.first { text.contains("xsd:\($0)") }
      ?? "file"
  }

  /// A digit by which files sort as they come to pass: the order, its status, the entry.
  var order: Int { Self.kinds.firstIndex(of: kind) ?? Self.kinds.count }

  var told: String {
    let name = url.lastPathComponent
    return direction == .toBank ? "\(kind) to \(bank): \(name)" : "\(kind) from \(bank): \(name)"
  }
}
