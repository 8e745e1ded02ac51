// docs/rules.md says for every rule of the checklist which tests prove it, or why none does. It is
// written from the tests: `UPDATE_GOLDEN=1` rewrites it.

import Foundation
import Testing

/// A test, and the rules that it names.
struct NamedTest {
  let path: String
  let name: String
  let rules: Set<String>

  /// The tests of a file. A rule counts where the test's attribute, name or body names it: a
  /// comment between two tests proves nothing.
  static func all(in file: SourceFile) -> [NamedTest] {
    let code = Array(file.code.utf8)
    let text = Array(file.text.utf8)
    return file.offsets(of: "@Test").compactMap { start in
      guard let function = code.firstFunction(from: start),
        let end = code.endOfBraces(from: function)
      else { return nil }
      let whole = String(decoding: text[start..<end], as: UTF8.self)
      let head = String(decoding: text[function..<end], as: UTF8.self)
      let name =
        head.firstMatch(of: /`([^`]+)`/).map { String($0.1) }
        ?? String(head.dropFirst(5).drop(while: \.isWhitespace).prefix { $0 != "(" })
      let rules = whole.matches(of: /\b([A-Z]-[0-9]{2})\b/).map { String($0.1) }
      return NamedTest(path: file.path, name: name, rules: Set(rules))
    }
  }

  static func all() -> [NamedTest] {
    SourceTree.current.files
      .filter {
        $0.path.hasPrefix("Tests/") && $0.isSwift && !$0.path.hasPrefix("Tests/TidyTests/")
      }
      .flatMap(all(in:))
  }
}

extension SourceFile {
  /// The bytes at which `word` stands in the code.
  func offsets(of word: String) -> [Int] {
    let code = Array(self.code.utf8), word = Array(word.utf8)
    guard code.count >= word.count else { return [] }
    return (0...code.count - word.count).filter { at in
      code[at] == word[0] && code[at..<at + word.count].elementsEqual(word)
    }
  }
}

extension [UInt8] {
  /// Where the next `func` stands.
  func firstFunction(from start: Int) -> Int? {
    let word = Array("func".utf8)
    guard count - word.count > start else { return nil }
    return (start..<count - word.count).first { at in
      self[at] == word[0] && self[at..<at + word.count].elementsEqual(word)
        && [UInt8(ascii: " "), UInt8(ascii: "\n")].contains(self[at + word.count])
    }
  }

  /// Past the brace that ends the first braces from `start`; nil where they do not end.
  func endOfBraces(from start: Int) -> Int? {
    var depth = 0
    for at in start..<count {
      if self[at] == UInt8(ascii: "{") { depth += 1 }
      if self[at] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return at + 1 }
      }
    }
    return nil
  }
}

struct RulesDocumentTests {
  private static func proofs() -> [String: [NamedTest]] {
    var proofs: [String: [NamedTest]] = [:]
    for test in NamedTest.all() {
      for rule in test.rules { proofs[rule, default: []].append(test) }
    }
    return proofs
  }

  @Test func `each rule has a test that names it, or one reason why it has none`() {
    let proofs = Self.proofs()
    for rule in Checklist.rules {
      let isProven = proofs[rule.id] != nil
      let what = isProven ? "a test names it now, take its reason out" : "no test names it, say why"
      #expect(
        isProven == (rule.gap == nil), "\(rule.id): \(what): Tests/TidyTests/Rules/Checklist.swift")
    }
  }

  @Test func `the checklist is whole`() {
    let counts = Dictionary(grouping: Checklist.rules, by: \.group).mapValues(\.count)
    // V has two rows of numbers, 01 to 06 and 10 to 14.
    let expected = RuleIDTests.groups.merging(["V": 11]) { $1 }
    #expect(counts == expected)
    #expect(Set(Checklist.rules.map(\.id)).count == Checklist.rules.count)
    #expect(Checklist.rules.allSatisfy { RuleIDTests.exists($0.id) })
    #expect(Set(Checklist.groups.map(\.mark)) == Set(expected.keys))
  }

  @Test func `docs-rules says which tests prove which rule`() throws {
    let text = Self.document()
    let url = SourceTree.current.root.appending(path: "docs/rules.md")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try Data(text.utf8).write(to: url)
    }
    let written = try? String(contentsOf: url, encoding: .utf8)
    #expect(text == written, "UPDATE_GOLDEN=1 rewrites docs/rules.md")
  }

  private static func document() -> String {
    let proofs = proofs()
    let proven = Checklist.rules.filter { proofs[$0.id] != nil }.count
    var text = """
      # Rules

      The rules of the trade that Bureau follows, and what proves each: the tests that name it, or why
      there is none. Written from the tests by `UPDATE_GOLDEN=1 make test FILTER=RulesDocument`.
      \(proven) of \(Checklist.rules.count) rules are named by a test.

      """
    for group in Checklist.groups {
      text += "\n## \(group.mark) – \(group.title)\n\n| Id | Rule | Proven by |\n|---|---|---|\n"
      for rule in Checklist.rules where rule.group == group.mark {
        text += "| \(rule.id) | \(rule.text) | \(proof(of: rule, proofs[rule.id] ?? [])) |\n"
      }
    }
    return text
  }

  private static func proof(of rule: Rule, _ tests: [NamedTest]) -> String {
    if tests.isEmpty { return rule.gap?.text ?? "" }
    let files = Dictionary(grouping: tests, by: \.path).sorted { $0.key < $1.key }
    return files.map { path, tests in
      let file = path.split(separator: "/").last.map { $0.dropLast(6) } ?? ""
      let names = tests.map(\.name).sorted().map { $0.replacing("|", with: "\\|") }
      return "[\(file)](../\(path)): " + names.joined(separator: "; ")
    }.joined(separator: "<br>")
  }

  @Test func `a rule counts where a test names it, not beside it`() {
    let file = SourceFile(
      path: "Tests/X.swift",
      text: """
        /// P-01
        @Test(arguments: ["P-02"]) func `one (P-03)`() { #expect("P-04" == "{") }
        // P-05
        func helper() { "P-06" }
        @Test func two() { if true { "P-07" } }
        """)
    let tests = NamedTest.all(in: file)
    #expect(tests.map(\.name) == ["one (P-03)", "two"])
    #expect(tests.map(\.rules) == [["P-02", "P-03", "P-04"], ["P-07"]])
  }
}
