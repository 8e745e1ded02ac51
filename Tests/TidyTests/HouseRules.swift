// The house rules that a pattern can find, as a table. Each row says why and how to mend it, and
// carries examples that it must and must not catch: a rule that finds nothing any more fails.

import Foundation
import Testing

struct HouseRule: Sendable, CustomTestStringConvertible {
  /// What the pattern is held against.
  enum View: Sendable {
    /// Swift without comments and strings.
    case code
    /// The whole text, comments and strings included.
    case text
  }

  let what: String
  let remedy: String
  var view = View.code
  /// Files whose path begins with one of these.
  var within: [String]
  /// `.swift` where nothing else is said; empty: any text file.
  var suffixes = [".swift"]
  let pattern: String
  /// Files (or folders, ending in a slash) that may, each with its reason.
  var exceptions: [String: String] = [:]
  let catches: [String]
  let passes: [String]

  var testDescription: String { what }

  func covers(_ path: String) -> Bool {
    within.contains { path.hasPrefix($0) }
      && (suffixes.isEmpty || suffixes.contains { path.hasSuffix($0) })
  }

  func excuses(_ path: String) -> Bool {
    exceptions.keys.contains { $0.hasSuffix("/") ? path.hasPrefix($0) : path == $0 }
  }

  func findings(in file: SourceFile) throws -> [Finding] {
    try file.matches(of: pattern, in: view == .code ? \.code : \.text).map {
      Finding(
        path: file.path, line: $0.line,
        what: "\(what) (\($0.text.split(separator: "\n").first ?? ""))", remedy: remedy)
    }
  }
}

struct HouseRuleTests {
  @Test(arguments: HouseRule.all)
  func `the tree keeps the rule`(rule: HouseRule) throws {
    var findings: [Finding] = []
    var used: Set<String> = []
    for file in SourceTree.current.files where !file.isGenerated && rule.covers(file.path) {
      let found = try rule.findings(in: file)
      if rule.excuses(file.path) {
        if !found.isEmpty { used.insert(file.path) }
      } else {
        findings += found
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
    let idle = rule.exceptions.keys.filter { exception in
      !used.contains { $0 == exception || (exception.hasSuffix("/") && $0.hasPrefix(exception)) }
    }
    #expect(idle.isEmpty, "exceptions that nothing needs any more: take them out")
  }

  @Test func `no file names the folder that this repository stands in`() throws {
    let parent = SourceTree.current.root.deletingLastPathComponent().path
    guard parent.count > 1, parent != "/tmp" else { return }
    let pattern = "(?<![\\w.])" + NSRegularExpression.escapedPattern(for: parent) + "/"
    var findings: [Finding] = []
    for file in SourceTree.current.files where file.text.contains(parent) {
      findings += try file.matches(of: pattern, in: \.text).map {
        Finding(
          path: file.path, line: $0.line, what: "a path of this machine",
          remedy: "derive it from the package's root or take it as input")
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test(arguments: HouseRule.all)
  func `the rule catches what it is for and nothing else`(rule: HouseRule) throws {
    for sample in rule.catches {
      let file = SourceFile(path: "Sample.swift", text: sample)
      #expect(try !rule.findings(in: file).isEmpty, "misses: \(sample)")
    }
    for sample in rule.passes {
      let file = SourceFile(path: "Sample.swift", text: sample)
      #expect(try rule.findings(in: file).isEmpty, "catches: \(sample)")
    }
  }
}
