/// The statements of one bureau as a witness has kept them, held against each other.
package struct WitnessChain: Sendable {
  /// By number.
  package let statements: [SignedStatement]
  package private(set) var findings: [String] = []

  /// - Parameter isWhole: The statements are all there are, from the first; else they are some that
  ///   somebody has kept, and only neighbours are compared.
  package init(_ statements: [SignedStatement], isWhole: Bool) {
    self.statements = statements.sorted { $0.statement.number < $1.statement.number }
    var before: Statement?
    for signed in self.statements {
      let now = signed.statement
      if !signed.isGenuine { find("the signature of statement \(now.number) does not hold") }
      if let before {
        check(now, after: before, isWhole: isWhole)
      } else if isWhole {
        if now.number != 1 { find("statement 1 is missing before \(now.number)") }
        if now.number == 1, now.previous != Statement.nothingBefore {
          find("statement 1 follows one that is not there")
        }
      }
      before = now
    }
  }

  private mutating func check(_ now: Statement, after before: Statement, isWhole: Bool) {
    if now.bureau != before.bureau { find("statement \(now.number) is another bureau's") }
    guard now.number == before.number + 1 else {
      if now.number == before.number { find("statement \(now.number) is there twice") }
      if isWhole, now.number > before.number + 1 {
        find("statement \(before.number + 1) is missing before \(now.number)")
      }
      return
    }
    if now.previous != before.digest {
      find("statement \(now.number) does not follow the one before")
    }
    if now.key != before.nextKey {
      find("statement \(now.number) is signed with another key than the one before allows")
    }
  }

  private mutating func find(_ text: String) {
    if findings.count < 20 { findings.append("Witness: \(text).") }
  }

  /// The newest checkpoint since the journals were last put back.
  package var newestCheckpoint: SignedStatement? {
    let newest = statements.last { $0.statement.isCheckpoint }
    let restored = statements.last { $0.statement.kind == .restored }
    guard let newest, newest.statement.number > restored?.statement.number ?? 0 else { return nil }
    return newest
  }
}

/// The full list of heads behind a checkpoint, kept for the bureau itself:
///
///     bureau/heads/v1
///     <company hex> <sequence> <hash hex>      one line a company, by company
package enum HeadList {
  package static func text(_ leaves: [Leaf]) -> String {
    "bureau/heads/v1\n"
      + leaves.map { "\($0.company.hexadecimal) \($0.sequence) \($0.hash.hexadecimal)\n" }.joined()
  }

  /// Reads a list; nil where it is none, or not in order.
  package static func parse(_ content: [UInt8]) -> [Leaf]? {
    guard let text = String(validating: content, as: UTF8.self) else { return nil }
    let lines = text.split(separator: "\n")
    guard lines.first == "bureau/heads/v1" else { return nil }
    var leaves: [Leaf] = []
    for line in lines.dropFirst() {
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count == 3, let company = parts[0].hexBytes(16), let sequence = Int64(parts[1]),
        let hash = parts[2].hexBytes(32)
      else { return nil }
      if let last = leaves.last, !last.company.lexicographicallyPrecedes(company) { return nil }
      leaves.append(Leaf(company: company, sequence: sequence, hash: hash))
    }
    return leaves
  }
}
