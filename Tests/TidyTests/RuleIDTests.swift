// The ids of the trade's rules (P-07, E-03…) that code and tests cite: each must exist, and tests
// that prove one carry it in their name or arguments.

import Foundation
import Testing

struct RuleIDTests {
  /// The checklist: group and the number of its last rule.
  static let groups: [Character: Int] = [
    "A": 30, "V": 14, "X": 3, "C": 7, "R": 11, "Y": 2, "O": 12, "U": 16, "K": 5, "P": 13, "L": 3,
    "S": 6, "D": 5, "F": 2, "E": 3, "B": 4, "Q": 3, "I": 3, "M": 23, "N": 8,
  ]

  static func exists(_ id: String) -> Bool {
    guard let group = id.first, let last = groups[group], let number = Int(id.dropFirst(2)) else {
      return false
    }
    return (1...last).contains(number)
  }

  @Test func `every rule that is cited exists`() throws {
    var findings: [Finding] = []
    for file in SourceTree.current.files
    where [".swift", ".proto", ".md"].contains(where: file.path.hasSuffix)
      && !file.isGenerated && !file.path.hasPrefix("Tests/TidyTests/")
      && !file.path.hasPrefix("Protos/google") && !file.path.hasPrefix("Protos/grpc")
    {
      for match in try file.matches(of: #"(?<![\w-])[A-Z]-[0-9]{2}(?![\w-])"#, in: \.text)
      where !Self.exists(match.text) {
        findings.append(
          Finding(
            path: file.path, line: match.line, what: "there is no rule \(match.text)",
            remedy: "cite the rule that is meant (checklist A-01 … N-08)"))
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test(arguments: [
    ("A-30", true), ("A-31", false), ("B-00", false), ("N-08", true), ("Z-01", false),
  ])
  func `the checklist knows its ends`(id: String, exists: Bool) {
    #expect(Self.exists(id) == exists)
  }
}
